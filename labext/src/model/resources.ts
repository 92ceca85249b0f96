import type { IDisposable } from '@lumino/disposable';
import { Signal, type ISignal } from '@lumino/signaling';

import type { Api } from '../api/client';
import type { AssetTotals, CatalogItem, CatalogProblem, Run } from '../api/types';
import { allAssets, type Assets } from './assets';
import { DOWNLOAD, isOver, newestDownloads, standOf, type Stand } from './catalog';
import { Part } from './part';
import type { Session } from './session';

/** The catalog: models, then data sets, and what is wrong with its files. */
export interface Catalog {
  readonly items: readonly CatalogItem[];
  readonly problems: readonly CatalogProblem[];
}

/** What went wrong when somebody pressed a button of an entry. */
export interface Trouble {
  readonly error: unknown;
  /** Whether it is over once a download has ended. */
  readonly passes: boolean;
}

/**
 * Models and data sets that there are, and what is kept. Asked for when it opens and when a run
 * has ended; between the two the page's own connection tells how downloads go.
 */
export class Resources implements IDisposable {
  /**
   * @param api - The REST API.
   * @param session - What the page hears.
   */
  constructor(
    api: Api,
    private readonly session: Session
  ) {
    const tell = (): void => {
      this.learn();
      this._changed.emit();
    };
    this.catalog = new Part(() => wholeCatalog(api), tell);
    this.assets = new Part(() => allAssets(api), tell);
    this.totals = new Part(() => api.assetTotals(), tell);
    session.runsChanged.connect(this.hear, this);
    session.restarted.connect(this.refresh, this);
    session.linkChanged.connect(this.begin, this);
    this.learn();
    this.begin();
  }

  /** The catalog. */
  readonly catalog: Part<Catalog>;
  /** What is kept. */
  readonly assets: Part<Assets>;
  /** All of that together. */
  readonly totals: Part<AssetTotals>;

  /** There is something else to show, but for the progress of a download. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get isDisposed(): boolean {
    return this.disposed;
  }

  /** How an entry stands. */
  stand(item: CatalogItem): Stand {
    return standOf(item, this.downloads.get(item.id));
  }

  /** The entry of an id. */
  entry(id: string): CatalogItem | undefined {
    return this.catalog.value?.items.find(item => item.id === id);
  }

  /** What went wrong with an entry last. */
  trouble(id: string): Trouble | undefined {
    return this.troubles.get(id);
  }

  /** Takes note of what went wrong with an entry; null when nothing does any more. */
  setTrouble(id: string, trouble: Trouble | null): void {
    if (trouble) {
      this.troubles.set(id, trouble);
    } else {
      this.troubles.delete(id);
    }
    this._changed.emit();
  }

  /** Asks for everything again, or, while nobody looks, when somebody does. */
  refresh(): void {
    this.want([this.catalog, this.assets, this.totals]);
  }

  /** Somebody looks at the page, or does not any more. */
  setSeen(isSeen: boolean): void {
    this.isSeen = isSeen;
    this.ask();
  }

  dispose(): void {
    this.disposed = true;
    Signal.clearData(this);
  }

  /** The page is connected, or connected again: much may have happened. */
  private begin(): void {
    if (this.session.link === 'live') {
      this.refresh();
    }
  }

  private hear(_: Session, changed: ReadonlySet<string>): void {
    const before = this.active;
    const downloads = this.downloads;
    this.learn();
    const ended = [...changed].flatMap(id =>
      this.active.has(id) ? [] : (before.get(id) ?? [])
    );
    if (ended.includes(DOWNLOAD)) {
      this.forgetPassing();
      this.refresh();
    } else if (ended.length > 0) {
      this.want([this.assets, this.totals]);
    }
    if (!areAlike(downloads, this.downloads)) {
      this._changed.emit();
    }
  }

  private learn(): void {
    const { known } = this.session;
    this.downloads = newestDownloads(known);
    this.active = new Map(
      known.filter(run => !isOver(run)).map(run => [run.id, run.kind])
    );
  }

  private forgetPassing(): void {
    for (const [id, trouble] of this.troubles) {
      if (trouble.passes) {
        this.troubles.delete(id);
      }
    }
  }

  private want(parts: readonly Part<unknown>[]): void {
    parts.forEach(part => this.wanted.add(part));
    this.ask();
  }

  private ask(): void {
    if (this.isSeen && this.session.link === 'live') {
      const wanted = [...this.wanted];
      this.wanted.clear();
      wanted.forEach(part => void part.ask());
    }
  }

  private downloads: ReadonlyMap<string, Run> = new Map();
  /** The kind of each run that goes on, by id. */
  private active: ReadonlyMap<string, string> = new Map();
  private readonly troubles = new Map<string, Trouble>();
  private readonly wanted = new Set<Part<unknown>>();
  private isSeen = true;
  private disposed = false;
  private readonly _changed = new Signal<this, void>(this);
}

async function wholeCatalog(api: Api): Promise<Catalog> {
  const [models, datasets] = await Promise.all([
    api.catalog('models'),
    api.catalog('datasets')
  ]);
  const problems = [...models.problems, ...datasets.problems];
  const seen = new Map(
    problems.map(one => [`${one.file}:${one.line.toString()}:${one.message}`, one])
  );
  return {
    items: [...models.items, ...datasets.items],
    // Both answers tell of all files.
    problems: [...seen.values()]
  };
}

/** Whether the same downloads are in the same states, however far they have come. */
function areAlike(
  one: ReadonlyMap<string, Run>,
  two: ReadonlyMap<string, Run>
): boolean {
  return (
    one.size === two.size &&
    [...two].every(([id, run]) => {
      const other = one.get(id);
      return other?.id === run.id && other.state === run.state;
    })
  );
}
