import type { Points } from '../charts/points';
import type { Figure } from '../text/format';

/** An error as people read it. */
export interface Problem {
  readonly code: string;
  readonly message: string;
  readonly traceback: string;
}

/** How far a run has come. */
export interface Progress {
  readonly done: number;
  readonly total: number | null;
  readonly unit: string;
  readonly message: string;
}

/** The states of a run. */
export type RunState =
  'queued' | 'running' | 'succeeded' | 'failed' | 'cancelled' | 'interrupted';

/** The run's record, without what the widget does not show. */
export interface Head {
  readonly id: string;
  readonly name: string;
  readonly kind: string;
  readonly state: RunState;
  readonly attempt: number;
  readonly max_attempts: number;
  readonly progress: Progress | null;
  readonly cancel_requested: boolean;
  readonly created_at: string;
  readonly started_at: string | null;
  readonly ended_at: string | null;
  readonly retry_at: string | null;
  readonly error: Problem | null;
  readonly figures: readonly (readonly [string, Figure])[];
}

/** One log line. */
export interface LogLine {
  readonly seq: number;
  readonly at: string;
  readonly level: 'debug' | 'info' | 'warning' | 'error';
  readonly text: string;
  readonly worker: string;
}

/** What one worker does now. */
export interface WorkerShown {
  readonly id: string;
  readonly host: string;
  readonly pid: number;
  readonly words: string;
  readonly done: number | null;
  readonly total: number | null;
  readonly unit: string;
}

/** How fast the run goes: units a second, and seconds left. */
export interface Pace {
  readonly rate: number | null;
  readonly left_s: number | null;
}

/** All that is shown; the twin of `Snapshot` in the Python package. */
export interface Snapshot {
  rev: number;
  run: Head;
  deleted: boolean;
  series: Record<string, Points>;
  logs: LogLine[];
  workers: readonly WorkerShown[];
  pace: Pace;
  went_on: Problem | null;
  dropped: number;
  link: 'live' | 'away' | 'closed';
  notice: string;
  answers: number;
}

type Small = Omit<Snapshot, 'series' | 'logs'>;

/** What is new since the snapshot or the change before it. */
export interface Change extends Partial<Small> {
  readonly rev: number;
  readonly points?: Readonly<Record<string, Points>>;
  readonly logs?: readonly LogLine[];
}
