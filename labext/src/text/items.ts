import type { TranslationBundle } from '@jupyterlab/translation';

import type { ItemState, RecordChange } from '../api/types';

/** The states of items, those that call for somebody first. */
export const ITEM_STATES: readonly ItemState[] = [
  'failed',
  'partial',
  'ok',
  'running',
  'waiting'
];

/** What can have become of a record. */
export const RECORD_CHANGES: readonly RecordChange[] = [
  'new',
  'changed',
  'same',
  'gone'
];

/** The word for where an item is. */
export function itemWord(state: ItemState, trans: TranslationBundle): string {
  const words: Readonly<Record<ItemState, string>> = {
    waiting: trans.__('Waiting'),
    running: trans.__('Running'),
    ok: trans.__('OK'),
    partial: trans.__('Partial'),
    failed: trans.__('Failed')
  };
  return words[state];
}

/** The word for what became of a record. */
export function changeWord(change: RecordChange, trans: TranslationBundle): string {
  const words: Readonly<Record<RecordChange, string>> = {
    new: trans.__('New'),
    changed: trans.__('Changed'),
    same: trans.__('Unchanged'),
    gone: trans.__('Gone')
  };
  return words[change];
}

/** Why an item is partial or failed, in a few words; the code itself where nobody knows. */
export function reasonWord(reason: string, trans: TranslationBundle): string {
  return ofTheSite(trans)[reason] ?? ofTheRun(trans)[reason] ?? reason;
}

function ofTheSite(trans: TranslationBundle): Readonly<Record<string, string>> {
  return {
    http_error: trans.__('the site answers with an error'),
    timeout: trans.__('took too long'),
    connection_failed: trans.__('no connection'),
    host_away: trans.__('the site is away'),
    no_such_host: trans.__('no such site'),
    redirect_loop: trans.__('redirects in a circle'),
    download: trans.__('a file, not a page'),
    session_expired: trans.__('the session is over'),
    robots_denied: trans.__('robots.txt forbids it'),
    robots_unreachable: trans.__('robots.txt cannot be read'),
    address_refused: trans.__('a private address'),
    bad_certificate: trans.__('no valid certificate'),
    no_csrf_token: trans.__('no CSRF token'),
    too_large: trans.__('too large'),
    bad_json: trans.__('the answer is not JSON')
  };
}

function ofTheRun(trans: TranslationBundle): Readonly<Record<string, string>> {
  return {
    bad_target: trans.__('the target does not fit the recipe'),
    nothing_found: trans.__('nothing found'),
    broken: trans.__('some records cannot be read'),
    max_pages: trans.__('more pages than the recipe reads'),
    next_repeats: trans.__('the next page is one that was read'),
    limit: trans.__('more items than the run may have'),
    key_conflict: trans.__('one key with other values'),
    item_error: trans.__('an error that nobody expected'),
    page_crashed: trans.__('the page crashed'),
    browser_died: trans.__('the browser died'),
    browser_error: trans.__('the browser reports an error'),
    worker_died: trans.__('the worker died')
  };
}

/** The word for a fact of a gap; its own name where nobody knows. */
export function gapFactWord(name: string, trans: TranslationBundle): string {
  const words: Readonly<Record<string, string>> = {
    address: trans.__('Address'),
    call: trans.__('Call'),
    count: trans.__('How many'),
    item: trans.__('First item'),
    key: trans.__('Key'),
    limit: trans.__('Limit'),
    seconds: trans.__('Seconds'),
    wait_for: trans.__('Waits for')
  };
  return words[name] ?? name;
}
