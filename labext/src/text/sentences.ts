import type { TranslationBundle } from '@jupyterlab/translation';

import type { Alert, RunError } from '../api/types';
import type { Ending, Happening } from '../model/story';
import type { Format } from './format';

/** A name inside a sentence, which must not turn the words around it. */
export function isolated(name: string): string {
  return `\u2068${name}\u2069`;
}

/** Which way a sentence reads: by most of its letters, as the first may be those of a name. */
export function direction(sentence: string): 'ltr' | 'rtl' {
  const rightToLeft = sentence.match(/[\u0590-\u08ff\ufb1d-\ufefc]/g)?.length ?? 0;
  const leftToRight = sentence.match(/\p{Script=Latin}/gu)?.length ?? 0;
  return rightToLeft > leftToRight ? 'rtl' : 'ltr';
}

/** What happened, in a sentence. */
export function sentence(
  event: Happening,
  trans: TranslationBundle,
  format: Format
): string {
  const n = format.number(event.attempt);
  switch (event.type) {
    case 'run_queued':
      return queued(event, trans);
    case 'run_requeued':
      return requeued(event, trans);
    case 'attempt_assigned':
      return trans.__('Attempt %1 given to %2.', n, list(event.workers));
    case 'attempt_started':
      return trans.__('Attempt %1 started on %2.', n, isolated(event.worker));
    case 'cancel_requested':
    case 'run_renamed':
      return byPerson(event, trans);
    case 'worker_left':
      return left(event, trans);
    case 'artifact_saved':
    case 'artifact_deleted':
    case 'messages_dropped':
    case 'params_resolved':
      return aside(event, trans, format);
    default:
      return ended(event, trans, format);
  }
}

function queued(
  { owner }: Extract<Happening, { type: 'run_queued' }>,
  trans: TranslationBundle
): string {
  return owner === ''
    ? trans.__('Launched.')
    : trans.__('Launched by %1.', isolated(owner));
}

/** What a person did to a run. */
function byPerson(
  event: Extract<Happening, { type: 'cancel_requested' | 'run_renamed' }>,
  trans: TranslationBundle
): string {
  const by = isolated(event.by);
  if (event.type === 'cancel_requested') {
    return event.by === ''
      ? trans.__('Asked to stop.')
      : trans.__('Asked to stop by %1.', by);
  }
  const name = isolated(event.name);
  return event.by === ''
    ? trans.__('Renamed %1.', name)
    : trans.__('Renamed %1 by %2.', name, by);
}

function requeued(
  event: Extract<Happening, { type: 'run_requeued' }>,
  trans: TranslationBundle
): string {
  switch (event.reason) {
    case 'resumed':
      return trans.__('Resumed by hand; waits for a worker.');
    case 'items':
      return trans.__('Items are to be tried again; waits for a worker.');
    case 'retry':
      return trans.__('The pause is over; waits for a worker.');
  }
}

function left(
  event: Extract<Happening, { type: 'worker_left' }>,
  trans: TranslationBundle
): string {
  const worker = isolated(event.worker);
  switch (event.reason) {
    case 'done':
      return trans.__('%1 has nothing more to do here.', worker);
    case 'needed':
      return trans.__('%1 left for another run.', worker);
    case 'lost':
      return trans.__('%1 went away; the others go on with its work.', worker);
  }
}

function aside(
  event: Extract<
    Happening,
    {
      type:
        'artifact_saved' | 'artifact_deleted' | 'messages_dropped' | 'params_resolved';
    }
  >,
  trans: TranslationBundle,
  format: Format
): string {
  switch (event.type) {
    case 'artifact_saved':
      return trans.__(
        'Saved %1 (%2).',
        isolated(event.name),
        format.count(event.size_bytes, 'byte')
      );
    case 'artifact_deleted':
      return trans.__('Removed %1.', isolated(event.name));
    case 'params_resolved':
      return trans.__(
        'Chosen: %1.',
        list(Object.entries(event.values).map(pair => pair.map(String).join(' = ')))
      );
    case 'messages_dropped':
      return trans.__(
        '%1 messages were dropped: the job sends faster than it can be heard.',
        format.number(event.count)
      );
  }
}

function ended(
  event: Extract<
    Happening,
    {
      type:
        | 'run_interrupted'
        | 'run_succeeded'
        | 'run_failed'
        | 'run_cancelled'
        | 'run_deleted';
    }
  >,
  trans: TranslationBundle,
  format: Format
): string {
  switch (event.type) {
    case 'run_succeeded':
      return trans.__('Succeeded.');
    case 'run_failed':
      return trans.__('Failed: %1', isolated(event.error.message));
    case 'run_cancelled':
      return cancelled(event.by, trans);
    case 'run_deleted':
      return trans.__('Deleted.');
    case 'run_interrupted':
      return event.retry_at === null
        ? trans.__('Interrupted: %1', isolated(event.error.message))
        : trans.__(
            'Interrupted: %1 Goes on at %2.',
            isolated(event.error.message),
            format.clock(event.retry_at)
          );
  }
}

/** Why an attempt ended, in a sentence. */
export function endingWords(ending: Ending, trans: TranslationBundle): string {
  switch (ending.how) {
    case 'succeeded':
      return trans.__('The job returned its result.');
    case 'cancelled':
      return cancelled(ending.by, trans);
    default:
      return ending.error ? ending.error.message : '';
  }
}

/** What can be done about an error that Labpool knows; empty where only its own words tell. */
export function advice(error: RunError, trans: TranslationBundle): string {
  const resume = trans.__('Resume to go on from the last checkpoint.');
  const known: Readonly<Record<string, string>> = {
    disk_full: trans.__(
      'Free some space on the disk. A run that waits goes on by itself; resume one that has failed.'
    ),
    out_of_memory: trans.__(
      'Use smaller batches or a smaller model, or give the workers more memory, then resume.'
    ),
    timeout: trans.__(
      'Resume to go on from the last checkpoint, or run it again with a longer time limit.'
    ),
    job_error: trans.__(
      'The traceback shows where it stopped. Mend the cause, then resume or run it again.'
    ),
    words_lost: trans.__(
      'What it did is on disk, but not all that it said is in the record. Resume to go on from the last checkpoint.'
    ),
    worker_lost: resume,
    worker_stuck: resume,
    server_lost: resume,
    server_stopped: resume
  };
  return known[error.code] ?? '';
}

/** What people have to know now; in the server's own words where Labpool has no others. */
export function alertWords(
  alert: Alert,
  trans: TranslationBundle,
  format: Format
): string {
  const folder = isolated(alert.subject);
  switch (alert.code) {
    case 'disk_full':
      return trans.__(
        'The disk of %1 is full: the queue waits. Free some space there, and it goes on by itself.',
        folder
      );
    case 'disk_read_only':
      return trans.__(
        '%1 cannot be written: the queue waits. Give the server the right to write it, and it goes on by itself.',
        folder
      );
    case 'disk_gone':
      return trans.__(
        '%1 has gone: the queue waits. Mount its disk or put the folder back, and it goes on by itself.',
        folder
      );
    case 'runs_not_listed':
      return trans.__(
        'The record was made anew: it lacks %1 folder(s) of runs that lie in %2. Nothing of them was deleted.',
        format.number(alert.value),
        folder
      );
    case 'more_workers_than_cores':
      return trans.__(
        'The pool may have %1 workers, but the machine has %2 cores: they take turns, and each run is slower.',
        format.number(alert.value),
        format.number(alert.threshold)
      );
    default:
      return alert.message;
  }
}

function cancelled(by: string, trans: TranslationBundle): string {
  return by === ''
    ? trans.__('Cancelled.')
    : trans.__('Cancelled by %1.', isolated(by));
}

function list(names: readonly string[]): string {
  return names.map(isolated).join(', ');
}
