import type { IDisposable } from '@lumino/disposable';
import { Signal, type ISignal } from '@lumino/signaling';

import type { Api } from '../api/client';
import type { Run, RunEvent } from '../api/types';
import { isOver } from './catalog';
import type { Session } from './session';

/** What this browser knew when it last heard of the server. */
export interface Seen {
  /** Time of the last thing that was heard, on the server's clock. */
  readonly at: string;
  /** The runs that had not ended. */
  readonly active: readonly string[];
}

/** Where a browser keeps what it knew, over reloads and closed pages. */
export interface Memory {
  read(): Seen | null;
  write(seen: Seen): void;
}

/** Runs that have ended. */
export interface Ended {
  readonly runs: readonly Run[];
  /** Whether they ended while no page was there to hear it. */
  readonly isAway: boolean;
}

/** What is heard later than this was missed: the page was away. */
const NEWS_MS = 60_000;

const ENDS: readonly RunEvent['type'][] = [
  'run_succeeded',
  'run_failed',
  'run_interrupted'
];

/** Tells of runs that end, and once of those that ended while the page was away. */
export class Endings implements IDisposable {
  /**
   * @param api - Where a run is asked for that the page has not heard of.
   * @param memory - What this browser knew the last time.
   */
  constructor(
    private readonly api: Api,
    private readonly session: Session,
    private readonly memory: Memory
  ) {
    this.seen = memory.read();
    session.told.connect(this.hear, this);
    session.linkChanged.connect(this.arrive, this);
    session.restarted.connect(this.arrive, this);
  }

  /** Runs have ended. */
  get ended(): ISignal<this, Ended> {
    return this._ended;
  }

  get isDisposed(): boolean {
    return this.disposed;
  }

  dispose(): void {
    this.disposed = true;
    Signal.clearData(this);
  }

  /** The page is connected: what ended since it was here last? */
  private arrive(): void {
    if (this.session.link !== 'live') {
      return;
    }
    const { seen } = this;
    if (seen) {
      const known = this.session.known.filter(
        run => isOver(run) && run.ended_at !== null && run.ended_at > seen.at
      );
      const strange = seen.active.filter(id => !this.session.run(id));
      void Promise.all(strange.map(id => this.ask(id))).then(found => {
        const runs = [...known, ...found.flatMap(run => run ?? [])];
        this.tell(runs.filter(isWorthWhile), true);
      });
    }
    this.remember(newest(this.session.known));
  }

  private async ask(id: string): Promise<Run | null> {
    try {
      const run = await this.api.run(id);
      return isOver(run) ? run : null;
    } catch {
      return null; // it has been deleted since
    }
  }

  private hear(_: Session, events: readonly RunEvent[]): void {
    const ends = events.flatMap(event => {
      const run = ENDS.includes(event.type) ? this.session.run(event.run_id) : null;
      const isNew = this.seen === null || event.at > this.seen.at;
      return run && isNew && isOver(run) ? { run, at: event.at } : [];
    });
    const isNews = (at: string): boolean => Date.now() - Date.parse(at) < NEWS_MS;
    const runs = (away: boolean): readonly Run[] => [
      ...new Set(ends.filter(end => isNews(end.at) !== away).map(end => end.run))
    ];
    this.tell(runs(true), true);
    this.tell(runs(false), false);
    if (events.some(event => event.type === 'run_queued') || ends.length > 0) {
      this.remember(events.at(-1)?.at ?? '');
    }
  }

  private tell(runs: readonly Run[], isAway: boolean): void {
    if (runs.length > 0) {
      this._ended.emit({ runs, isAway });
    }
  }

  private remember(at: string): void {
    const last = this.seen?.at ?? '';
    this.seen = {
      at: at > last ? at : last,
      active: this.session.active.map(run => run.id)
    };
    this.memory.write(this.seen);
  }

  private seen: Seen | null;
  private disposed = false;
  private readonly _ended = new Signal<this, Ended>(this);
}

/** Who cancelled a run knows it. */
function isWorthWhile(run: Run): boolean {
  return run.state !== 'cancelled';
}

function newest(runs: readonly Run[]): string {
  return runs.reduce((last, { created_at, ended_at }) => {
    const at = ended_at ?? created_at;
    return at > last ? at : last;
  }, '');
}
