import type { IDisposable } from '@lumino/disposable';
import { Signal, type ISignal } from '@lumino/signaling';

import type { Api } from '../api/client';
import { messageOf } from '../api/error';
import { hasEnded, type Page, type Run, type RunState } from '../api/types';
import { PAGE_SIZE, type Session } from './session';

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

/** The runs that match a filter: those that have not ended first, then the latest. */
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

  /** Why the rows are not there, in words. */
  get problem(): string {
    return this._problem;
  }

  /** The filter. */
  get filter(): RunFilter {
    return this._filter;
  }

  /** Whether there are older runs that have not been asked for. */
  get hasMore(): boolean {
    return this.next !== null;
  }

  /** The runs, those that have not ended first; newest first in both parts. */
  get rows(): readonly Run[] {
    return this._rows;
  }

  /** Whether this list shows nothing because nothing was ever launched. */
  get isBlank(): boolean {
    return this._phase === 'ready' && this._rows.length === 0 && isAll(this._filter);
  }

  get isDisposed(): boolean {
    return this.disposed;
  }

  /** Shows other runs. */
  setFilter(filter: RunFilter): void {
    this._filter = filter;
    this.restart();
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

  private begin(): void {
    const page = this.session.firstPage;
    if (page && this._phase === 'loading' && isAll(this._filter)) {
      this.take(page, true);
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
        this.fail(error);
      }
    }
  }

  private take(page: Page<Run>, isFirst: boolean): void {
    this.asking = false;
    if (isFirst) {
      this.ids.clear();
      this.session.active.forEach(run => this.ids.add(run.id));
    }
    page.items.forEach(run => this.ids.add(run.id));
    this.oldest = page.items.at(-1)?.created_at ?? this.oldest;
    this.next = page.next;
    this._phase = 'ready';
    this.arrange();
  }

  private fail(error: unknown): void {
    this.asking = false;
    this._phase = 'failed';
    this._problem = messageOf(error);
    this._changed.emit();
  }

  /** Takes in runs that are new or have come to match; a run older than the pages waits. */
  private update(_: Session, changed: ReadonlySet<string>): void {
    if (this._phase !== 'ready') {
      return;
    }
    for (const id of changed) {
      const run = this.session.run(id);
      if (run && (!hasEnded(run.state) || run.created_at >= this.oldest)) {
        this.ids.add(id);
      }
    }
    this.arrange();
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
  return hasEnded(run.state) ? 1 : 0;
}

function newestFirst(one: Run, two: Run): number {
  return one.created_at < two.created_at ? 1 : one.created_at > two.created_at ? -1 : 0;
}
