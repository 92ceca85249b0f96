import type { Pool, Run, RunEvent, Worker } from '../../src/api/types';

/** A time that many seconds after the tests' first moment. */
export function at(seconds: number): string {
  return new Date(Date.UTC(2026, 0, 1) + seconds * 1000).toISOString();
}

/** A run; each is as old as its number. */
export function aRun(number: number, change: Partial<Run> = {}): Run {
  return {
    id: `run-${number.toString()}`,
    kind: 'primes',
    name: `Primes ${number.toString()}`,
    state: 'succeeded',
    params: { below: 100 },
    priority: 0,
    tags: [],
    attempt: 1,
    max_attempts: 3,
    timeout_s: null,
    progress: null,
    workers: [],
    result: null,
    error: null,
    retry_at: null,
    cancel_requested: false,
    resolved: {},
    notices: [],
    notices_left_out: 0,
    created_at: at(number),
    started_at: at(number),
    ended_at: at(number + 1),
    owner: '',
    seq: number,
    ...change
  };
}

/** A worker that does nothing. */
export function aWorker(id: string, change: Partial<Worker> = {}): Worker {
  return {
    id,
    address: 'tcp://127.0.0.1:1',
    host: 'here',
    pid: 1,
    state: 'idle',
    run_id: null,
    progress: null,
    cpu: 0,
    memory_bytes: 1e9,
    memory_limit_bytes: 4e9,
    uptime_s: 90,
    errors: 0,
    gpus: [],
    failed_run_id: null,
    ...change
  };
}

/** A pool of two idle workers. */
export function aPool(change: Partial<Pool> = {}): Pool {
  return {
    state: 'ready',
    mode: 'local',
    reason: '',
    minimum: 2,
    maximum: 2,
    workers: [aWorker('w0'), aWorker('w1')],
    dashboard_path: null,
    page_path: null,
    queued: 0,
    running: 0,
    ...change
  };
}

/** An event of a run. */
export function anEvent(
  type: RunEvent['type'],
  run: string,
  seq: number,
  more: object = {}
): RunEvent {
  return { type, run_id: run, attempt: 1, n: 0, at: at(seq), seq, ...more } as RunEvent;
}

/** The event that a run begins with. */
export function queued(run: Run): RunEvent {
  const { kind, name, params, priority, tags, max_attempts, timeout_s, owner } = run;
  const asked = { kind, name, params, priority, tags, max_attempts, timeout_s, owner };
  return anEvent('run_queued', run.id, run.seq, { ...asked, at: run.created_at });
}
