import { Signal, type ISignal } from '@lumino/signaling';

import type { Api } from '../api/client';
import type {
  Item,
  ItemCounts,
  ItemState,
  RecordChange,
  RecordRow,
  Run,
  RunEvent
} from '../api/types';
import { Calm } from './calm';
import { Part } from './part';
import { Pages } from './pages';

/** Which items are shown; empty for all. */
export interface ItemFilter {
  readonly state: ItemState | '';
  /** Code of something that they lack. */
  readonly gap: string;
  readonly search: string;
}

/** The filter that lets all through. */
export const ALL_ITEMS: ItemFilter = { state: '', gap: '', search: '' };

/** Which records are shown; empty for all. */
export interface RecordFilter {
  readonly change: RecordChange | '';
  /** Id of the item that brought them. */
  readonly item: string;
}

/** Rows in one answer. */
const ROWS = 100;
/** Shortest time between two looks at a run that goes on, milliseconds. */
const PAUSE_MS = 1000;

/** Events after which items stand otherwise. */
const MOVES =
  /^(progress_reported|attempt_started|worker_left|run_(requeued|interrupted|succeeded|failed|cancelled))$/;

/** The items and the records of a run. What nobody looks at is not asked for. */
export class ItemBook {
  /**
   * @param api - Where they are asked for.
   * @param id - The run.
   */
  constructor(
    private readonly api: Api,
    private readonly id: string
  ) {
    this.totals = new Part(() => api.itemCounts(id), this.emit);
    this.items = new Pages<Item>({
      get: after => api.items(id, { ...this._filter, limit: ROWS, after }),
      id: item => item.id,
      version: item =>
        `${item.at} ${item.state} ${item.records.toString()} ${item.gaps.length.toString()}`,
      changed: this.emit
    });
    this.records = new Pages<RecordRow>({
      get: after => api.records(id, { ...this._recordFilter, limit: ROWS, after }),
      id: row => row.key,
      version: row => `${row.at} ${row.change ?? ''}`,
      changed: this.emit
    });
  }

  readonly items: Pages<Item>;
  readonly records: Pages<RecordRow>;

  /** Something has changed. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** All items together; null before the first answer. */
  get counts(): ItemCounts | null {
    return this.totals.value;
  }

  /** Whether the run works through items, as far as anybody knows. */
  get isThere(): boolean {
    return (this.counts?.total ?? 0) > 0;
  }

  /** Which items are shown. */
  get filter(): ItemFilter {
    return this._filter;
  }

  /** Which records are shown. */
  get recordFilter(): RecordFilter {
    return this._recordFilter;
  }

  /** Shows other items. */
  setFilter(filter: ItemFilter): void {
    this._filter = filter;
    void this.items.restart();
  }

  /** Shows other records. */
  setRecordFilter(filter: RecordFilter): void {
    this._recordFilter = filter;
    void this.records.restart();
  }

  /** Asks for the numbers, and for the list that somebody looks at. */
  async load(): Promise<void> {
    await Promise.all([this.totals.ask(), this.shown?.refresh()]);
  }

  /**
   * Keeps a list fresh while somebody looks at it.
   *
   * @returns What to call when nobody does any more.
   */
  show(which: 'items' | 'records'): () => void {
    const list = this[which];
    this.shown = list;
    void list.refresh();
    return () => {
      if (this.shown === list) {
        this.shown = null;
      }
    };
  }

  /** Looks again, soon, where something that was told says that items have moved on. */
  hear(events: readonly RunEvent[]): void {
    const moves = events.some(
      event =>
        MOVES.test(event.type) &&
        (this.isThere ||
          event.type !== 'progress_reported' ||
          event.progress.unit === 'item')
    );
    if (moves) {
      this.soon.ask();
    }
  }

  /** Lets the run try items again, all in these states or only those of some ids. */
  retry(
    states: readonly ('failed' | 'partial')[],
    ids?: readonly string[]
  ): Promise<Run> {
    const some = ids ? { ids: [...ids] } : {};
    return this.api.retryItems(this.id, { states: [...states], ...some });
  }

  dispose(): void {
    this.soon.dispose();
    Signal.clearData(this);
  }

  private readonly emit = (): void => {
    this._changed.emit();
  };
  private readonly totals: Part<ItemCounts>;
  private readonly soon = new Calm(() => void this.load(), PAUSE_MS);
  private shown: Pages<Item> | Pages<RecordRow> | null = null;
  private _filter = ALL_ITEMS;
  private _recordFilter: RecordFilter = { change: '', item: '' };
  private readonly _changed = new Signal<this, void>(this);
}
