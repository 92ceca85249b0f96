import type { LogLine, Run, RunEvent } from '../src/api/types';

type Of<Type extends RunEvent['type']> = Extract<RunEvent, { type: Type }>;

/** An event of the run `r1`; fields that a test does not care about are left out. */
export function eventOf<Type extends RunEvent['type']>(
  type: Type,
  seq: number,
  rest: Partial<Of<Type>>
): Of<Type> {
  const at = new Date(Date.UTC(2026, 0, 1, 0, 0, seq)).toISOString();
  const event = { run_id: 'r1', attempt: 1, n: seq, at, seq, ...rest, type };
  return event as unknown as Of<Type>;
}

/** A metric of the run `r1`. */
export function metric(
  seq: number,
  step: number,
  values: Record<string, number>
): Of<'metrics_reported'> {
  return eventOf('metrics_reported', seq, { worker: 'w0', step, values });
}

/** A log line of the run `r1`. */
export function line(
  seq: number,
  text = `line ${String(seq)}`,
  level: LogLine['level'] = 'info'
): LogLine {
  return { seq, at: '2026-01-01T00:00:00Z', level, text, worker: 'w0', attempt: 1 };
}

/** A run that is under way. */
export function runOf(rest: Partial<Run> = {}): Run {
  return {
    id: 'r1',
    kind: 'train',
    name: 'first try',
    state: 'running',
    params: { epochs: 3 },
    priority: 0,
    tags: [],
    attempt: 1,
    max_attempts: 3,
    timeout_s: null,
    progress: null,
    workers: ['w0'],
    result: null,
    error: null,
    retry_at: null,
    cancel_requested: false,
    resolved: {},
    notices: [],
    notices_left_out: 0,
    created_at: '2026-01-01T00:00:00Z',
    started_at: '2026-01-01T00:00:01Z',
    ended_at: null,
    owner: 'sara',
    seq: 10,
    ...rest
  };
}
