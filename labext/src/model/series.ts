import { Signal, type ISignal } from '@lumino/signaling';

import type { RunEvent, Series } from '../api/types';
import { type Curves, indexAfter, type Points } from '../charts/points';

type MetricsReported = Extract<RunEvent, { type: 'metrics_reported' }>;

/** Points of one curve from which on it is thinned out. */
const MOST = 12_000;
/** Points that are left then: more than any screen is wide. */
const LEFT = 4000;

interface Track extends Points {
  /** Number of the event that brought each point; 0 where the server had it already. */
  seqs: number[];
}

/** The metrics of a run: what the server had, and what has come since. */
export class MetricSeries {
  /** The curves have changed. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** The curves by name, in the order in which they came. */
  get curves(): Curves {
    return this.tracks;
  }

  /** Whether there is nothing to draw. */
  get isEmpty(): boolean {
    return Object.keys(this.tracks).length === 0;
  }

  /** Starts anew with what the server has, and what was told while it was asked. */
  load(series: readonly Series[], since: readonly RunEvent[] = []): void {
    this.tracks = Object.fromEntries(
      series.map(({ name, steps, values }): [string, Track] => [
        name,
        { steps: [...steps], values: [...values], seqs: steps.map(() => 0) }
      ])
    );
    since.forEach(event => {
      this.take(event);
    });
    this._changed.emit();
  }

  /** Takes what was told; of two values for a step the later one stays, as in the store. */
  hear(events: readonly RunEvent[]): void {
    const news = events.filter(event => this.take(event));
    if (news.length > 0) {
      this._changed.emit();
    }
  }

  private take(event: RunEvent): boolean {
    if (event.type !== 'metrics_reported') {
      return false;
    }
    for (const [name, value] of Object.entries(event.values)) {
      const track = (this.tracks[name] ??= { steps: [], values: [], seqs: [] });
      put(track, event, value);
      if (track.steps.length > MOST) {
        this.tracks[name] = thin(track);
      }
    }
    return true;
  }

  private tracks: Record<string, Track> = {};
  private readonly _changed = new Signal<this, void>(this);
}

function put(track: Track, { step, seq }: MetricsReported, value: number): void {
  const at = indexAfter(track.steps, step);
  if (track.steps[at - 1] !== step) {
    track.steps.splice(at, 0, step);
    track.values.splice(at, 0, value);
    track.seqs.splice(at, 0, seq);
  } else if ((track.seqs[at - 1] ?? 0) <= seq) {
    track.values[at - 1] = value;
    track.seqs[at - 1] = seq;
  }
}

/** Keeps the least and the greatest value of each stretch, and both ends. */
function thin(track: Track): Track {
  const width = Math.ceil((2 * track.steps.length) / LEFT);
  const last = track.steps.length - 1;
  const kept = new Set([0, last]);
  for (let start = 0; start <= last; start += width) {
    const values = track.values.slice(start, start + width);
    kept.add(start + values.indexOf(Math.min(...values)));
    kept.add(start + values.indexOf(Math.max(...values)));
  }
  const at = [...kept].sort((one, two) => one - two);
  const pick = (all: readonly number[]): number[] => at.map(index => all[index] ?? 0);
  return {
    steps: pick(track.steps),
    values: pick(track.values),
    seqs: pick(track.seqs)
  };
}
