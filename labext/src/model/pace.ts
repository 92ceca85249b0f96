import type { Progress, Run, RunEvent } from '../api/types';

/** How fast a run goes: units a second, and seconds left where the total is known. */
export interface Pace {
  readonly rate: number | null;
  readonly leftS: number | null;
}

interface Sample {
  readonly at: number;
  readonly done: number;
}

const NONE: Pace = { rate: null, leftS: null };

/** Seconds over which the rate is taken: shorter jumps, longer lags behind. */
const WINDOW_S = 30;

/** An attempt begins or stops; a checkpoint or a log line changes nothing. */
const ENDS_A_TRACK = /^(attempt|run)_/;

/**
 * Measures how fast runs go, by the clock of the machine that they run on.
 */
export class Paces {
  /** Takes note of progress. */
  hear(events: readonly RunEvent[], find: (id: string) => Run | null): void {
    for (const event of events) {
      if (event.type === 'progress_reported') {
        this.add(event.run_id, event.attempt, event.progress, event.at, find);
      } else if (ENDS_A_TRACK.test(event.type)) {
        this.tracks.delete(event.run_id);
      }
    }
  }

  /** The pace of a run. */
  of(run: Run): Pace {
    const samples = this.tracks.get(run.id);
    const [first, last] = [samples?.[0], samples?.at(-1)];
    if (run.state !== 'running' || !first || !last || last.at <= first.at) {
      return NONE;
    }
    const rate = (last.done - first.done) / (last.at - first.at);
    const total = run.progress?.total ?? null;
    const left = total === null || rate <= 0 ? null : (total - last.done) / rate;
    return { rate, leftS: left === null ? null : Math.max(left, 0) };
  }

  private add(
    id: string,
    attempt: number,
    progress: Progress,
    when: string,
    find: (id: string) => Run | null
  ): void {
    const at = Date.parse(when) / 1000;
    const before = this.tracks.get(id) ?? this.start(find(id), attempt);
    const kept = before.filter(sample => at - sample.at <= WINDOW_S);
    const base = kept.length > 0 ? kept : before.slice(-1);
    // A job that begins something else counts from the start again.
    const restarted = (base.at(-1)?.done ?? 0) > progress.done;
    this.tracks.set(id, [...(restarted ? [] : base), { at, done: progress.done }]);
  }

  /** A first attempt began with nothing done; where a later one began is not known. */
  private start(run: Run | null, attempt: number): readonly Sample[] {
    const began = attempt === 1 ? run?.started_at : null;
    return began ? [{ at: Date.parse(began) / 1000, done: 0 }] : [];
  }

  private readonly tracks = new Map<string, readonly Sample[]>();
}
