import type { IDisposable } from '@lumino/disposable';
import { Signal, type ISignal } from '@lumino/signaling';

import type { Api } from '../api/client';
import { ApiError, messageOf } from '../api/error';
import type { Progress, Run, RunEvent } from '../api/types';
import { ask, LINES, type Asked, type Known } from './asked';
import { ItemBook } from './itemBook';
import { LogBook } from './logBook';
import { linesBefore, linesBetween } from './logPages';
import { MetricSeries } from './series';
import type { Session } from './session';
import { told, type Happening } from './story';
import type { Watch } from './watches';

/** Whether a run is being asked for, is there, could not be had, never was, or is gone. */
export type DetailPhase = 'loading' | 'ready' | 'failed' | 'missing' | 'deleted';

/** All that a page knows of one run: asked for once, then told. */
export class RunDetail implements IDisposable {
  /**
   * @param api - Where what has been is asked for.
   * @param session - Who tells what happens.
   * @param id - The run.
   */
  constructor(
    private readonly api: Api,
    private readonly session: Session,
    readonly id: string
  ) {
    this._run = session.run(id);
    this.items = new ItemBook(api, id);
    this.watch = session.watch(id);
    session.told.connect(this.hear, this);
    session.runsChanged.connect(this.look, this);
    session.linkChanged.connect(this.askAgain, this);
    session.restarted.connect(this.askAgain, this);
    this.askAgain();
  }

  readonly series = new MetricSeries();
  readonly logs = new LogBook();
  readonly items: ItemBook;

  /** Something other than the series, the log and the items has changed. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** Whether it is there. */
  get phase(): DetailPhase {
    return this._phase;
  }

  /** Why it is not there, in words. */
  get problem(): string {
    return this._problem;
  }

  /** The run as it was last known. */
  get run(): Run | null {
    return this._run;
  }

  /** What happened, oldest first. */
  get story(): readonly Happening[] {
    return this._story;
  }

  /** How far each worker said that it is, in this attempt. */
  get progress(): ReadonlyMap<string, Progress> {
    return this._progress;
  }

  get isDisposed(): boolean {
    return this.disposed;
  }

  /** Asks for everything. */
  async load(): Promise<void> {
    const since: RunEvent[] = [];
    this.since = since;
    if (this._phase === 'failed') {
      this.setPhase('loading');
    }
    // Of two answers under way only the one asked for last counts.
    const counts = (): boolean => this.since === since && !this.disposed;
    try {
      await this.watch.heard;
      const [asked] = await Promise.all([
        ask(this.api, this.id, this.known),
        this.items.load()
      ]);
      if (counts()) {
        this.take(asked, since);
      }
    } catch (error) {
      if (counts()) {
        this.refuse(error);
      }
    } finally {
      if (this.since === since) {
        this.since = null;
      }
    }
  }

  /** Asks for log lines before those that are here. */
  async loadEarlier(): Promise<void> {
    const first = this.logs.first;
    if (first && !this.logs.isWhole) {
      const { lines, isWhole } = await linesBefore(this.api, this.id, first.seq, LINES);
      this.logs.prepend(lines, isWhole);
    }
  }

  /** The whole log, from its first line on. */
  wholeLog(): ReturnType<typeof linesBetween> {
    return linesBetween(this.api, this.id, 0);
  }

  dispose(): void {
    this.disposed = true;
    this.watch.end.dispose();
    this.items.dispose();
    Signal.clearData(this);
  }

  private take(asked: Asked, since: readonly RunEvent[]): void {
    this.session.learn([asked.run]);
    this._run = this.session.run(this.id) ?? asked.run;
    this._story = told(this._story, [...asked.story, ...since]);
    this.series.load(asked.series, since);
    if (asked.isWhole === null) {
      this.logs.add(asked.lines);
    } else {
      this.logs.load(asked.lines, asked.isWhole);
    }
    this.logs.hear(since);
    this.setPhase('ready');
  }

  private hear(_: Session, events: readonly RunEvent[]): void {
    const mine = events.filter(event => event.run_id === this.id);
    if (mine.length === 0) {
      return;
    }
    this.since?.push(...mine);
    this.items.hear(mine);
    if (this._phase === 'ready') {
      this.series.hear(mine);
      this.logs.hear(mine);
      this._story = told(this._story, mine);
    }
    mine.forEach(event => {
      this.note(event);
    });
    this._changed.emit();
  }

  private note(event: RunEvent): void {
    if (event.type === 'progress_reported') {
      this._progress.set(event.worker, event.progress);
    } else if (event.type === 'attempt_assigned') {
      this._progress.clear();
    } else if (event.type === 'run_deleted') {
      this.since = null;
      this._phase = 'deleted';
    }
  }

  private look(_: Session, ids: ReadonlySet<string>): void {
    const run = this.session.run(this.id);
    if (ids.has(this.id) && run) {
      this._run = run;
      this._changed.emit();
    }
  }

  private askAgain(): void {
    if (this.session.link === 'reconnecting') {
      // After these there may be gaps.
      const [line, event] = [this.logs.last, this._story.at(-1)];
      this.known = { line: line?.seq ?? 0, event: event?.seq ?? 0 };
    } else if (this.session.link === 'live' && this._phase !== 'deleted') {
      void this.load();
    }
  }

  private refuse(error: unknown): void {
    this._problem = messageOf(error);
    if (error instanceof ApiError && error.code === 'not_found') {
      this.setPhase(this._run ? 'deleted' : 'missing');
    } else if (this._phase !== 'ready') {
      this.setPhase('failed');
    }
  }

  private setPhase(phase: DetailPhase): void {
    this._phase = phase;
    this._changed.emit();
  }

  private readonly watch: Watch;
  private _phase: DetailPhase = 'loading';
  private _problem = '';
  private _run: Run | null;
  private _story: readonly Happening[] = [];
  private readonly _progress = new Map<string, Progress>();
  private since: RunEvent[] | null = null;
  private known: Known = { line: 0, event: 0 };
  private disposed = false;
  private readonly _changed = new Signal<this, void>(this);
}
