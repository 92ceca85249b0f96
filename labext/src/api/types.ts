/** The states of a run; the last three are final. */
export type RunState =
  'queued' | 'running' | 'interrupted' | 'succeeded' | 'failed' | 'cancelled';

/** How far a run or a worker is, in the unit that the job chose. */
export interface Progress {
  readonly done: number;
  readonly total: number | null;
  readonly unit: string;
  readonly message: string;
}

/** The part of a run that the panel shows. */
export interface RunSummary {
  readonly id: string;
  readonly kind: string;
  readonly name: string;
  readonly state: RunState;
  readonly progress: Progress | null;
}

/** The part of a worker that the panel shows. */
export interface WorkerSummary {
  readonly id: string;
  readonly state: string;
  readonly run_id: string | null;
}

/** The part of the pool that the panel shows. */
export interface PoolSummary {
  readonly state: string;
  readonly workers: readonly WorkerSummary[];
}

/** One page of a list. */
export interface Page<Item> {
  readonly items: readonly Item[];
  readonly next: string | null;
}
