import type { RunError, RunEvent } from '../api/types';

type Of<Type extends RunEvent['type']> = Extract<RunEvent, { type: Type }>;

/** What happened to a run, without progress, metrics, log lines and notices. */
export type Happening = Exclude<
  RunEvent,
  Of<'progress_reported' | 'metrics_reported' | 'log_written' | 'notice_given'>
>;

/** How an attempt ended. */
export interface Ending {
  readonly how: 'succeeded' | 'failed' | 'interrupted' | 'cancelled';
  /** Why, where it did not succeed. */
  readonly error: RunError | null;
  /** Who cancelled it; "" otherwise. */
  readonly by: string;
}

/** One try to do a run. */
export interface Attempt {
  readonly number: number;
  readonly workers: readonly string[];
  readonly host: string;
  readonly pid: number | null;
  /** When it was given to its workers. */
  readonly assigned: string | null;
  readonly started: string | null;
  readonly ended: string | null;
  readonly ending: Ending | null;
}

/** A file that a run keeps. */
export type Artifact = Of<'artifact_saved'>;

const DETAIL: readonly string[] = [
  'progress_reported',
  'metrics_reported',
  'log_written',
  'notice_given'
];

/** Adds events to a story: each once, in order. */
export function told(
  story: readonly Happening[],
  events: readonly RunEvent[]
): readonly Happening[] {
  const known = new Set(story.map(event => event.seq));
  const news = events.filter(isHappening).filter(event => !known.has(event.seq));
  if (news.length === 0) {
    return story;
  }
  const all = new Map([...story, ...news].map(event => [event.seq, event]));
  return [...all.values()].sort((one, two) => one.seq - two.seq);
}

function isHappening(event: RunEvent): event is Happening {
  return !DETAIL.includes(event.type);
}

/** The attempts of a run, the first one first. */
export function attemptsOf(story: readonly Happening[]): readonly Attempt[] {
  const attempts = new Map<number, Attempt>();
  for (const event of story) {
    const before = attempts.get(event.attempt) ?? blank(event.attempt);
    const now = step(before, event);
    if (now !== before) {
      attempts.set(event.attempt, now);
    }
  }
  return [...attempts.values()].sort((one, two) => one.number - two.number);
}

/** The artifacts that are there, in the order in which their names came up. */
export function artifactsOf(story: readonly Happening[]): readonly Artifact[] {
  const artifacts = new Map<string, Artifact>();
  for (const event of story) {
    if (event.type === 'artifact_saved') {
      artifacts.set(event.name, event);
    } else if (event.type === 'artifact_deleted') {
      artifacts.delete(event.name);
    }
  }
  return [...artifacts.values()];
}

function blank(number: number): Attempt {
  return {
    number,
    workers: [],
    host: '',
    pid: null,
    assigned: null,
    started: null,
    ended: null,
    ending: null
  };
}

function step(attempt: Attempt, event: Happening): Attempt {
  switch (event.type) {
    case 'attempt_assigned':
      return { ...attempt, workers: event.workers, assigned: event.at };
    case 'attempt_started':
      return began(attempt, event);
    default: {
      const ending = endingOf(event);
      // A run that waits between two attempts may still be cancelled; that ends none of them.
      return ending && attempt.assigned !== null && attempt.ended === null
        ? { ...attempt, ended: event.at, ending }
        : attempt;
    }
  }
}

/** Of several workers the first one tells when the attempt began, and where. */
function began(
  attempt: Attempt,
  event: Extract<Happening, { type: 'attempt_started' }>
): Attempt {
  const workers = attempt.workers.includes(event.worker)
    ? attempt.workers
    : [...attempt.workers, event.worker];
  return attempt.started === null
    ? { ...attempt, workers, host: event.host, pid: event.pid, started: event.at }
    : { ...attempt, workers };
}

function endingOf(event: Happening): Ending | null {
  switch (event.type) {
    case 'run_succeeded':
      return { how: 'succeeded', error: null, by: '' };
    case 'run_failed':
      return { how: 'failed', error: event.error, by: '' };
    case 'run_interrupted':
      return { how: 'interrupted', error: event.error, by: '' };
    case 'run_cancelled':
      return { how: 'cancelled', error: null, by: event.by };
    default:
      return null;
  }
}
