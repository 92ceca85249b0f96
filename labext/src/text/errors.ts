import type { TranslationBundle } from '@jupyterlab/translation';

import type { Format } from './format';
import { isolated } from './sentences';

/** An error as the server tells it: a code, its own sentence, and the values that go with it. */
export interface ErrorTold {
  readonly code: string;
  readonly message: string;
  readonly details: Readonly<Record<string, unknown>>;
}

/** Says errors in the page's language. */
export class ErrorVoice {
  constructor(
    private readonly trans: TranslationBundle,
    private readonly format: Format
  ) {}

  /**
   * What went wrong. In English the server's own sentence, which knows most; in other languages
   * what its code means, with that sentence where it says more.
   */
  say(error: ErrorTold): string {
    if (this.isEnglish || error.message === '') {
      return error.message;
    }
    const told =
      ofTheServer(error, this.trans)[error.code] ?? ofARun(this.trans)[error.code];
    if (told === undefined) {
      return error.message;
    }
    return SAYS_MORE.includes(error.code) ? `${told} ${isolated(error.message)}` : told;
  }

  /** What is wrong with one field, by its code and the values that go with it. */
  field(
    code: string,
    args: Readonly<Record<string, unknown>>,
    message: string
  ): string {
    return this.isEnglish ? message : (this.known(code, args) ?? message);
  }

  private known(
    code: string,
    args: Readonly<Record<string, unknown>>
  ): string | undefined {
    const { trans } = this;
    const value = (name: string): string => {
      const arg = args[name];
      return typeof arg === 'number' ? this.format.number(arg) : isolated(String(arg));
    };
    const words: Readonly<Record<string, () => string>> = {
      missing: () => trans.__('Must be given.'),
      int_type: () => trans.__('Must be a whole number.'),
      int_parsing: () => trans.__('Must be a whole number.'),
      int_from_float: () => trans.__('Must be a whole number.'),
      float_type: () => trans.__('Must be a number.'),
      float_parsing: () => trans.__('Must be a number.'),
      finite_number: () => trans.__('Must be a number.'),
      greater_than: () => trans.__('Must be more than %1.', value('gt')),
      greater_than_equal: () => trans.__('Must be %1 or more.', value('ge')),
      less_than: () => trans.__('Must be less than %1.', value('lt')),
      less_than_equal: () => trans.__('Must be %1 or less.', value('le')),
      string_too_short: () => trans.__('Must not be empty.'),
      string_too_long: () =>
        trans.__('Must not be longer than %1 characters.', value('max_length')),
      literal_error: () => trans.__('Must be one of the choices.'),
      enum: () => trans.__('Must be one of the choices.'),
      extra_forbidden: () => trans.__('There is no such parameter.'),
      session_unknown: () =>
        trans.__('There is no session %1 of yours. Save it first.', value('session')),
      entry_unknown: () => trans.__('The catalog has no entry %1.', value('entry')),
      path_refused: () =>
        trans.__('Runs may not read %1, or it is not there.', value('path')),
      too_large: () => trans.__('Is too large; give a file’s path.')
    };
    return words[code]?.();
  }

  private get isEnglish(): boolean {
    return this.format.code.startsWith('en');
  }
}

/** Codes whose own sentence says more than the code and its values. */
const SAYS_MORE: readonly string[] = [
  'invalid_request',
  'conflict',
  'kind_unavailable',
  'server_unavailable',
  'store_incompatible',
  'invalid_data',
  'invalid_result',
  'diverged'
];

function ofTheServer(
  { details }: ErrorTold,
  trans: TranslationBundle
): Readonly<Record<string, string>> {
  const { run_id: run, worker_id: worker, asset_id: asset, name } = details;
  const thing = [run, worker, asset, name].find(one => typeof one === 'string');
  return {
    invalid_request: trans.__('The server cannot read what was sent.'),
    forbidden: trans.__('Your login may not do this.'),
    not_found:
      typeof thing === 'string'
        ? trans.__('%1 is not there, or no longer.', isolated(thing))
        : trans.__('That is not there, or no longer.'),
    conflict: trans.__('That cannot be done as things are now.'),
    store_in_use: trans.__('Another server works with the data folder.'),
    events_reset: trans.__('The server’s record was replaced; load the page again.'),
    download_needed: trans.__('What it names is in the catalog, but not here yet.'),
    token_needed: trans.__(
      'The Hub wants to know who downloads this. Accept the terms on its page there, then give your token.'
    ),
    not_ours: trans.__('Labpool did not bring this; it is deleted by its name only.'),
    kind_unavailable: trans.__('This kind of run is not available on this server.'),
    invalid_params: trans.__('Some values cannot be used.'),
    model_not_allowed: trans.__('The catalog does not list this any more.'),
    too_many_requests: trans.__('That is too much at once. Try again a little later.'),
    server_unavailable: trans.__('The server cannot do this now.'),
    store_incompatible: trans.__('Another version of Labpool made the database.')
  };
}

/** Why a run stopped, by the codes that Labpool itself gives. */
function ofARun(trans: TranslationBundle): Readonly<Record<string, string>> {
  return {
    worker_lost: trans.__('The worker went away in the middle of the run.'),
    worker_stuck: trans.__('The worker did not answer any more.'),
    server_lost: trans.__('The server went away in the middle of the run.'),
    server_stopped: trans.__('The server was stopped in the middle of the run.'),
    out_of_memory: trans.__('The worker’s memory was not enough.'),
    timeout: trans.__('The time limit was over.'),
    disk_full: trans.__('The disk was full.'),
    words_lost: trans.__('Not all that the job said could be stored.'),
    diverged: trans.__('The training diverged.'),
    invalid_data: trans.__('The data cannot be used.'),
    input_changed: trans.__('The data changed since the run began.'),
    invalid_result: trans.__('The job’s result cannot be stored.'),
    session_expired: trans.__('The session is over.'),
    session_missing: trans.__('The session is not kept here any more.')
  };
}
