import type { IDisposable } from '@lumino/disposable';
import { Signal, type ISignal } from '@lumino/signaling';

import type { Api } from '../api/client';
import { messageOf } from '../api/error';
import { hasEnded, type Page, type Run, type RunState } from '../api/types';
import { PAGE_SIZE } from './runBook';
import type { Session } from './session';

/** Which runs a list shows; an empty text means all. */
export interface RunFilter {
  readonly kind: string;
  readonly state: RunState | '';
  readonly search: string;
}

/** Shows every run. */
export const ALL_RUNS: RunFilter = { kind: '', state: '', search: '' };

/** Whether the list is being asked for, is there, or could not be had. */
export type Phase = 'loading' | 'ready' | 'failed';

/** The runs that match a filter: those that run first, then those that wait. */
export class RunList implements IDisposable {
  /**
   * @param api - Where further pages come from.
   * @param session - What the page knows already.
   */
  constructor(
    private readonly api: Api,
    private readonly session: Session
  ) {
    session.runsChanged.connect(this.update, this);
    session.linkChanged.connect(this.begin, this);
    session.restarted.connect(this.restart, this);
    this.begin();
  }

  /** What is shown has changed. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** Whether the rows are there. */
  get phase(): Phase {
    return this._phase;
  }

  /** Why rows could not be had the last time, in words; empty when all went well. */
  get problem(): string {
    return this._problem;
  }

  /** The filter. */
  get filter(): RunFilter {
    return this._filter;
  }

  /** Whether an answer with more rows is on its way. */
  get isAsking(): boolean {
    return this.asking;
  }

  /** Whether there are older runs that have not been asked for. */
  get hasMore(): boolean {
    return this.next !== null;
  }

  /** The runs: those that run, those that wait, those that have ended; newest first in each. */
  get rows(): readonly Run[] {
    return this._rows;
  }

  /** Whether some runs may be left out by the filter. */
  get isFiltered(): boolean {
    return !isAll(this._filter);
  }

  get isDisposed(): boolean {
    return this.disposed;
  }

  /** Shows other runs. */
  setFilter(filter: RunFilter): void {
    this._filter = filter;
    this.restart();
  }

  /** Asks again for what could not be had. */
  retry(): void {
    if (this._phase === 'failed') {
      this.restart();
    } else {
      void this.loadMore();
    }
  }

  /** Asks for older runs; does nothing while they are on their way or when there are none. */
  async loadMore(): Promise<void> {
    if (this.next !== null && !this.asking) {
      await this.ask(this.next);
    }
  }

  dispose(): void {
    this.disposed = true;
    Signal.clearData(this);
  }

  /** The page is connected, or connected again. */
  private begin(): void {
    if (this._phase === 'failed' && this.session.link === 'live') {
      this.restart();
    } else if (this._phase === 'loading' && this.session.firstPage && !this.asking) {
      this.restart();
    } else if (this._problem !== '' && this.session.link === 'live') {
      this.retry();
    }
  }

  private restart(): void {
    const page = this.session.firstPage;
    this.turn += 1;
    this.asking = false;
    if (page && isAll(this._filter)) {
      this.take(page, true);
    } else {
      void this.ask('');
      // What the page knows already is shown at once.
      this.arrange();
    }
  }

  private async ask(after: string): Promise<void> {
    const turn = ++this.turn;
    const { kind, state, search } = this._filter;
    this.asking = true;
    try {
      const query = {
        kind,
        state: state || undefined,
        search,
        limit: PAGE_SIZE,
        after
      };
      const page = await this.api.runs(query);
      if (turn === this.turn) {
        this.session.learn(page.items);
        this.take(page, after === '');
      }
    } catch (error) {
      if (turn === this.turn) {
        this.fail(error, after === '');
      }
    }
  }

  private take(page: Page<Run>, isFirst: boolean): void {
    this.asking = false;
    if (isFirst) {
      this.ids.clear();
      this.oldest = '';
    }
    page.items.forEach(run => this.ids.add(run.id));
    // With no page after this one, nothing is too old.
    this.oldest =
      page.next === null ? '' : (page.items.at(-1)?.created_at ?? this.oldest);
    this.next = page.next;
    this._phase = 'ready';
    this._problem = '';
    this.session.known.forEach(run => {
      this.admit(run);
    });
    this.arrange();
  }

  private fail(error: unknown, isFirst: boolean): void {
    this.asking = false;
    this._phase = isFirst ? 'failed' : this._phase;
    this._problem = messageOf(error);
    this._changed.emit();
  }

  /** Takes in runs that are new or have come to match; a run older than the pages waits. */
  private update(_: Session, changed: ReadonlySet<string>): void {
    if (this._phase !== 'ready') {
      this.begin();
      return;
    }
    for (const id of changed) {
      const run = this.session.run(id);
      if (run) {
        this.admit(run);
      }
    }
    this.arrange();
  }

  private admit(run: Run): void {
    if (!hasEnded(run.state) || run.created_at >= this.oldest) {
      this.ids.add(run.id);
    }
  }

  private arrange(): void {
    const known = [...this.ids].flatMap(id => this.session.run(id) ?? []);
    const rows = known.filter(run => matches(run, this._filter));
    rows.sort((one, two) => order(one) - order(two) || newestFirst(one, two));
    this._rows = rows;
    this._changed.emit();
  }

  private _filter = ALL_RUNS;
  private _phase: Phase = 'loading';
  private _problem = '';
  private _rows: readonly Run[] = [];
  private readonly ids = new Set<string>();
  private oldest = '';
  private next: string | null = null;
  private turn = 0;
  private asking = false;
  private disposed = false;
  private readonly _changed = new Signal<this, void>(this);
}

/** Whether a run passes a filter, as the server would decide. */
export function matches(run: Run, filter: RunFilter): boolean {
  const text = `${run.name}\n${run.id}`.toLowerCase();
  return (
    (filter.kind === '' || run.kind === filter.kind) &&
    (filter.state === '' || run.state === filter.state) &&
    text.includes(filter.search.toLowerCase())
  );
}

function isAll(filter: RunFilter): boolean {
  return filter.kind === '' && filter.state === '' && filter.search === '';
}

function order(run: Run): number {
  return run.state === 'running' ? 0 : hasEnded(run.state) ? 2 : 1;
}

function newestFirst(one: Run, two: Run): number {
  return one.created_at < two.created_at ? 1 : one.created_at > two.created_at ? -1 : 0;
}
