import type { Points } from '../charts/points';
import type { Change, LogLine, Snapshot } from './types';

/** Log lines that are kept. */
export const MAX_LOGS = 200;

/** What is shown, kept up to date by changes that must come in order. */
export class Store {
  /** @param shown - The first snapshot. */
  constructor(public shown: Snapshot) {
    this.shown = own(shown);
  }

  /** Takes a snapshot, unless it is older than what is shown. */
  replace(snapshot: Snapshot): void {
    if (snapshot.rev >= this.shown.rev) {
      this.shown = own(snapshot);
    }
  }

  /**
   * Takes the next change.
   *
   * @returns False when one before it was missed, so that a snapshot is needed.
   */
  apply(change: Change): boolean {
    if (change.rev <= this.shown.rev) {
      return true;
    }
    if (change.rev > this.shown.rev + 1) {
      return false;
    }
    const { points, logs, ...rest } = change;
    Object.assign(this.shown, rest);
    for (const [name, more] of Object.entries(points ?? {})) {
      append((this.shown.series[name] ??= { steps: [], values: [] }), more);
    }
    this.shown.logs = tail(this.shown.logs, logs ?? []);
    return true;
  }
}

/** Copies what changes will write to: the snapshot itself belongs to the widget model. */
function own(snapshot: Snapshot): Snapshot {
  const series = Object.entries(snapshot.series).map(
    ([name, points]): [string, Points] => [
      name,
      { steps: [...points.steps], values: [...points.values] }
    ]
  );
  return { ...snapshot, series: Object.fromEntries(series), logs: [...snapshot.logs] };
}

function append(points: Points, more: Points): void {
  points.steps.push(...more.steps);
  points.values.push(...more.values);
}

function tail(lines: LogLine[], more: readonly LogLine[]): LogLine[] {
  return more.length === 0 ? lines : [...lines, ...more].slice(-MAX_LOGS);
}
