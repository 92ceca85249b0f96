/** What units, metrics and figures are called that many kinds have; a kind's own words go first. */
const NAMES: readonly (readonly [name: string, english: string, persian: string])[] = [
  ['accuracy', 'accuracy', 'دقت'],
  ['batch', 'batch', 'دسته'],
  ['broken', 'broken', 'خراب'],
  ['bytes_per_s', 'bytes per second', 'بایت در ثانیه'],
  ['changed', 'changed', 'تغییرکرده'],
  ['duplicates', 'duplicates', 'تکراری'],
  ['epoch', 'epoch', 'دوره'],
  ['eval_accuracy', 'evaluation accuracy', 'دقت ارزیابی'],
  ['eval_loss', 'evaluation loss', 'زیان ارزیابی'],
  ['example', 'example', 'نمونه'],
  ['f1', 'F1', 'اف۱'],
  ['failed', 'failed', 'ناموفق'],
  ['file', 'file', 'پرونده'],
  ['gone', 'gone', 'رفته'],
  ['grad_norm', 'gradient norm', 'نُرم گرادیان'],
  ['item', 'item', 'مورد'],
  ['items', 'items', 'موردها'],
  ['items_per_s', 'items per second', 'مورد در ثانیه'],
  ['learning_rate', 'learning rate', 'نرخ یادگیری'],
  ['loss', 'loss', 'زیان'],
  ['memory', 'memory', 'حافظه'],
  ['new', 'new', 'تازه'],
  ['ok', 'OK', 'درست'],
  ['page', 'page', 'صفحه'],
  ['partial', 'partial', 'ناقص'],
  ['record', 'record', 'رکورد'],
  ['records', 'records', 'رکوردها'],
  ['row', 'row', 'ردیف'],
  ['same', 'unchanged', 'بی‌تغییر'],
  ['step', 'step', 'گام'],
  ['test_accuracy', 'test accuracy', 'دقت آزمون'],
  ['test_loss', 'test loss', 'زیان آزمون'],
  ['text', 'text', 'متن'],
  ['throughput', 'throughput', 'توان عملیاتی'],
  ['token', 'token', 'توکن'],
  ['tokens_per_second', 'tokens per second', 'توکن در ثانیه'],
  ['val_accuracy', 'validation accuracy', 'دقت اعتبارسنجی'],
  ['val_f1', 'validation F1', 'اف۱ اعتبارسنجی'],
  ['val_loss', 'validation loss', 'زیان اعتبارسنجی']
];

/** The names that Labpool knows, in a language. */
export function namesOf(code: string): Readonly<Record<string, string>> {
  const isPersian = code.toLowerCase().startsWith('fa');
  return Object.fromEntries(
    NAMES.map(([name, english, persian]) => [name, isPersian ? persian : english])
  );
}
