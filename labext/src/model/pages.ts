import { messageOf } from '../api/error';
import type { Page } from '../api/types';

/** Rows of one answer, and where it began. */
export interface Sheet<Row> {
  /** The cursor that it was asked for with; undefined for the first. */
  readonly after: string | undefined;
  readonly rows: readonly Row[];
  readonly next: string | null;
}

/** How a list is asked for, and how its rows are told apart. */
export interface Source<Row> {
  readonly get: (after: string | undefined) => Promise<Page<Row>>;
  readonly id: (row: Row) => string;
  /** Changes whenever the row does. */
  readonly version: (row: Row) => string;
  readonly changed: () => void;
}

/** A long list that is asked for page by page, and of which what is in sight is kept fresh. */
export class Pages<Row> {
  /** @param source - Where the rows come from. */
  constructor(private readonly source: Source<Row>) {}

  /** The pages that are here, in order; null before the first answer. */
  get sheets(): readonly Sheet<Row>[] | null {
    return this._sheets;
  }

  /** Whether there are more rows than are here. */
  get hasMore(): boolean {
    return (this._sheets?.at(-1)?.next ?? null) !== null;
  }

  /** Why the last question had no answer; empty where it had one. */
  get problem(): string {
    return this._problem;
  }

  /** Whether further rows are being asked for. */
  get isBusy(): boolean {
    return this._isBusy;
  }

  /** Says which pages somebody sees, by their place: those are asked for again. */
  see(from: number, to: number): void {
    this.seen = [from, to];
  }

  /** Starts anew: other rows are wanted. What was asked for before counts no longer. */
  async restart(): Promise<void> {
    this.seen = [0, 0];
    await this.renew(true);
  }

  /** Asks again for the pages in sight. */
  async refresh(): Promise<void> {
    if (this._isBusy) {
      this.isWanted = true;
      return;
    }
    await this.renew(false);
  }

  /** Asks for the page after the last one. */
  async more(): Promise<void> {
    const last = this._sheets?.at(-1);
    if (last?.next == null || this._isBusy) {
      return;
    }
    const after = last.next;
    await this.asking(async () => {
      const sheet = await this.sheet(after);
      return [...(this._sheets ?? []), sheet];
    });
  }

  private async renew(isNew: boolean): Promise<void> {
    await this.asking(async () => {
      const before = isNew ? [] : (this._sheets ?? []);
      const from = Math.min(this.seen[0], Math.max(before.length - 1, 0));
      const to = Math.min(this.seen[1], before.length - 1);
      const fresh: Sheet<Row>[] = [];
      let after = before[from]?.after;
      for (let at = from; at <= Math.max(to, from); at += 1) {
        const sheet = await this.sheet(after);
        fresh.push(sheet);
        if (sheet.next === null) {
          return [...before.slice(0, from), ...fresh];
        }
        after = sheet.next;
      }
      // Rows have moved: those below are asked for again by who goes there.
      const isSame = after === before[to]?.next;
      return [
        ...before.slice(0, from),
        ...fresh,
        ...(isSame ? before.slice(to + 1) : [])
      ];
    });
  }

  /** Does what gives the new pages; of two at once only the one that began last counts. */
  private async asking(get: () => Promise<readonly Sheet<Row>[]>): Promise<void> {
    this.turn += 1;
    const turn = this.turn;
    this._isBusy = true;
    this.source.changed();
    try {
      const sheets = await get();
      if (turn === this.turn) {
        this._sheets = sheets.map((sheet, at) => this.kept(sheet, at));
        this._problem = '';
      }
    } catch (error) {
      if (turn === this.turn) {
        this._problem = messageOf(error);
      }
    } finally {
      if (turn === this.turn) {
        this._isBusy = false;
        this.source.changed();
        this.goOn();
      }
    }
  }

  /** Whoever asked meanwhile wants to know what has changed since. */
  private goOn(): void {
    if (this.isWanted) {
      this.isWanted = false;
      void this.refresh();
    }
  }

  private async sheet(after: string | undefined): Promise<Sheet<Row>> {
    const { items, next } = await this.source.get(after);
    return { after, rows: items, next };
  }

  /** The page as it was, where nothing in it has changed: it is not drawn again then. */
  private kept(sheet: Sheet<Row>, at: number): Sheet<Row> {
    const before = this._sheets?.[at];
    const { id, version } = this.source;
    const isSame =
      before?.next === sheet.next &&
      before.after === sheet.after &&
      before.rows.length === sheet.rows.length &&
      before.rows.every((row, place) => {
        const now = sheet.rows[place];
        return now && id(row) === id(now) && version(row) === version(now);
      });
    return isSame ? before : sheet;
  }

  private _sheets: readonly Sheet<Row>[] | null = null;
  private _problem = '';
  private _isBusy = false;
  private seen: readonly [number, number] = [0, 0];
  private turn = 0;
  private isWanted = false;
}
