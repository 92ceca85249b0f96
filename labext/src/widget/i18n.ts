import { namesOf } from '../text/names';

/** Every text of the widget. `{name}` stands for a value. */
export interface Strings {
  readonly queued: string;
  readonly running: string;
  readonly succeeded: string;
  readonly failed: string;
  readonly cancelled: string;
  readonly interrupted: string;
  readonly deleted: string;
  readonly cancel: string;
  readonly cancelling: string;
  readonly resume: string;
  readonly resuming: string;
  readonly waiting: string;
  readonly progress: string;
  readonly of: string;
  readonly rate: string;
  readonly left: string;
  readonly elapsed: string;
  readonly attempt: string;
  readonly wentOn: string;
  readonly retryIn: string;
  readonly retrySoon: string;
  readonly byHand: string;
  readonly workers: string;
  readonly results: string;
  readonly chart: string;
  readonly step: string;
  readonly log: string;
  readonly noLog: string;
  readonly follow: string;
  readonly traceback: string;
  readonly dropped: string;
  readonly away: string;
  readonly closed: string;
  readonly busy: string;
  readonly yes: string;
  readonly no: string;
}

const ENGLISH: Strings = {
  queued: 'Queued',
  running: 'Running',
  succeeded: 'Succeeded',
  failed: 'Failed',
  cancelled: 'Cancelled',
  interrupted: 'Interrupted',
  deleted: 'Deleted',
  cancel: 'Cancel',
  cancelling: 'Cancelling…',
  resume: 'Resume',
  resuming: 'Resuming…',
  waiting: 'Waiting for a free worker',
  progress: 'Progress',
  of: '{done} of {total}',
  rate: '{count}/s',
  left: 'about {time} left',
  elapsed: 'Time since it started',
  attempt: 'Attempt {n} of {max}',
  wentOn: 'went on after: {why}',
  retryIn: 'goes on in {time}',
  retrySoon: 'goes on at once',
  byHand: 'waits for somebody to resume it',
  workers: 'Workers',
  results: 'Results',
  chart: 'Metrics by step',
  step: 'step {n}',
  log: 'Log',
  noLog: 'No log lines yet',
  follow: 'Latest lines',
  traceback: 'Traceback',
  dropped: '{n} progress messages were dropped: the worker sends faster than it can',
  away: 'Reconnecting…',
  closed:
    'The kernel is gone. The run goes on in the server: run this cell again to see it as it is now.',
  busy: 'The kernel has not answered yet; it may be busy.',
  yes: 'yes',
  no: 'no'
};

const PERSIAN: Strings = {
  queued: 'در صف',
  running: 'در حال اجرا',
  succeeded: 'موفق',
  failed: 'ناموفق',
  cancelled: 'لغوشده',
  interrupted: 'وقفه',
  deleted: 'حذف‌شده',
  cancel: 'لغو',
  cancelling: 'در حال لغو…',
  resume: 'ادامه',
  resuming: 'در حال ادامه…',
  waiting: 'در انتظار کارگر آزاد',
  progress: 'پیشرفت',
  of: '{done} از {total}',
  rate: '{count} در ثانیه',
  left: 'حدود {time} مانده',
  elapsed: 'زمان از آغاز اجرا',
  attempt: 'تلاش {n} از {max}',
  wentOn: 'ادامه پس از: {why}',
  retryIn: 'ادامه تا {time} دیگر',
  retrySoon: 'بی‌درنگ ادامه می‌یابد',
  byHand: 'تا کسی «ادامه» را نزند پیش نمی‌رود',
  workers: 'کارگرها',
  results: 'نتیجه‌ها',
  chart: 'سنجه‌ها بر پایهٔ گام',
  step: 'گام {n}',
  log: 'گزارش',
  noLog: 'هنوز گزارشی نیست',
  follow: 'تازه‌ترین خط‌ها',
  traceback: 'ردّ خطا',
  dropped: '{n} پیام پیشرفت کنار گذاشته شد: کارگر تندتر از توان خود می‌فرستد',
  away: 'اتصال دوباره…',
  closed:
    'کرنل در دسترس نیست. اجرا در سرور ادامه دارد: برای دیدن وضع کنونی این سلول را دوباره اجرا کنید.',
  busy: 'کرنل هنوز پاسخ نداده است؛ شاید مشغول باشد.',
  yes: 'بله',
  no: 'خیر'
};

/** A language: its code for `Intl`, its direction, its texts and its words for known names. */
export interface Language {
  readonly code: string;
  readonly dir: 'ltr' | 'rtl';
  readonly text: Strings;
  readonly names: Readonly<Record<string, string>>;
}

/**
 * Returns the widget's language for a page.
 *
 * @param code - The `lang` of the page, such as `fa-IR`.
 */
export function language(code: string): Language {
  return code.toLowerCase().startsWith('fa')
    ? { code: 'fa-IR', dir: 'rtl', text: PERSIAN, names: namesOf('fa') }
    : { code: code || 'en', dir: 'ltr', text: ENGLISH, names: namesOf('en') };
}
