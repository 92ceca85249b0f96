import { hasEnded, type Run, type RunEvent, type RunState } from '../api/types';

/** Most notices that a run keeps, as in the Python package. */
const MOST_NOTICES = 50;

type Of<Type extends RunEvent['type']> = Extract<RunEvent, { type: Type }>;

/**
 * Returns the run after one more event; the twin of `fold` in the Python package.
 *
 * @param run - The run before it; null before its first event or after its last.
 * @param event - What happened.
 * @returns The run now, or null once it is deleted.
 */
export function fold(run: Run | null, event: RunEvent): Run | null {
  if (event.type === 'run_deleted') {
    return null;
  }
  if (event.type === 'run_queued') {
    return queued(event);
  }
  return run && { ...run, ...change(run, event), seq: Math.max(run.seq, event.seq) };
}

function queued(event: Of<'run_queued'>): Run {
  const { kind, name, params, priority, tags, max_attempts, timeout_s, owner } = event;
  return {
    id: event.run_id,
    ...{ kind, name, params, priority, tags, max_attempts, timeout_s, owner },
    state: 'queued',
    attempt: 0,
    progress: null,
    workers: [],
    result: null,
    error: null,
    retry_at: null,
    cancel_requested: false,
    resolved: {},
    notices: [],
    notices_left_out: 0,
    created_at: event.at,
    started_at: null,
    ended_at: null,
    seq: event.seq
  };
}

function change(run: Run, event: RunEvent): Partial<Run> {
  const live = !hasEnded(run.state) && event.attempt === run.attempt;
  switch (event.type) {
    case 'progress_reported':
      return live ? { progress: event.progress } : {};
    case 'attempt_started':
      return live ? started(run, event) : {};
    case 'worker_left':
      return live ? { workers: run.workers.filter(id => id !== event.worker) } : {};
    case 'attempt_assigned':
      return { attempt: event.attempt, workers: event.workers, progress: null };
    case 'cancel_requested':
      return hasEnded(run.state) ? {} : { cancel_requested: true };
    case 'notice_given':
      return noticed(run, event);
    default:
      return others(run, event);
  }
}

function started(run: Run, event: Of<'attempt_started'>): Partial<Run> {
  const isNew = !run.workers.includes(event.worker);
  const workers = isNew ? [...run.workers, event.worker] : run.workers;
  return run.state === 'queued'
    ? { state: 'running', started_at: run.started_at ?? event.at, workers }
    : { workers };
}

/** Keeps a notice once: an attempt that does the work again says the same again. */
function noticed(run: Run, event: Of<'notice_given'>): Partial<Run> {
  const { notice, attempt, n } = event;
  const { code, message } = notice;
  const isLate = n > 0 && attempt !== run.attempt;
  if (isLate || run.notices.some(one => one.code === code && one.message === message)) {
    return {};
  }
  return run.notices.length >= MOST_NOTICES
    ? { notices_left_out: run.notices_left_out + 1 }
    : { notices: [...run.notices, notice] };
}

function requeued(run: Run, event: Of<'run_requeued'>): Partial<Run> {
  return {
    state: 'queued',
    error: null,
    result: null,
    retry_at: null,
    ended_at: null,
    cancel_requested: false,
    workers: [],
    max_attempts: event.max_attempts ?? run.max_attempts
  };
}

function others(run: Run, event: RunEvent): Partial<Run> {
  switch (event.type) {
    case 'params_resolved':
      return { resolved: { ...run.resolved, ...event.values } };
    case 'run_renamed':
      return { name: event.name };
    default:
      return turned(run, event);
  }
}

function turned(run: Run, event: RunEvent): Partial<Run> {
  switch (event.type) {
    case 'run_requeued':
      return requeued(run, event);
    case 'run_interrupted':
      return {
        state: 'interrupted',
        error: event.error,
        retry_at: event.retry_at,
        workers: [],
        max_attempts: run.max_attempts + (event.counts ? 0 : 1)
      };
    case 'run_succeeded':
      return { ...ended('succeeded', event), result: event.result, error: null };
    case 'run_failed':
      return { ...ended('failed', event), error: event.error };
    case 'run_cancelled':
      return ended('cancelled', event);
    default:
      return {};
  }
}

function ended(state: RunState, event: RunEvent): Partial<Run> {
  return { state, ended_at: event.at, workers: [], retry_at: null };
}
