import type { ItemApi } from '../../src/api/items';
import type {
  Item,
  ItemCounts,
  Page,
  RecordRow,
  SessionKept
} from '../../src/api/types';
import { aRun, at } from './runs';

/** An item that came to all that was asked for. */
export function anItem(n: number, change: Partial<Item> = {}): Item {
  return {
    id: n.toString(),
    n,
    target: { id: n.toString() },
    depth: 0,
    state: 'ok',
    reason: '',
    message: '',
    gaps: [],
    worker: 'w0',
    tries: 1,
    records: 2,
    broken: 0,
    seconds: 1.25,
    artifact: null,
    at: at(n),
    ...change
  };
}

/** A record of an item of the same number. */
export function aRecord(n: number, change: Partial<RecordRow> = {}): RecordRow {
  const key = `key-${n.toString()}`;
  return {
    key,
    item_id: n.toString(),
    data: { id: key, title: `Title ${n.toString()}` },
    change: null,
    at: at(n),
    ...change
  };
}

type Answer = <T>(asked: string, value: T) => Promise<T>;

/** The items, records and sessions of a server in memory. */
export class FakeWork {
  items: Item[] = [];
  records: RecordRow[] = [];
  sessions: SessionKept[] = [];

  /** @param answer - Keeps what was asked for, and answers. */
  constructor(private readonly answer: Answer) {}

  /** This part of the API. */
  readonly api: ItemApi = {
    items: (_, query) => {
      const { state = '', gap = '', search = '', after = '' } = query;
      const found = this.items.filter(
        item =>
          (state === '' || item.state === state) &&
          (gap === '' || item.gaps.some(each => each.code === gap)) &&
          item.id.includes(search)
      );
      return this.answer(`items ${state} ${search} ${after}`, page(found, query));
    },
    itemCounts: () => this.answer('counts', this.counts()),
    retryItems: (id, request) =>
      this.answer(
        `retry ${id} ${JSON.stringify(request)}`,
        aRun(1, { id, state: 'queued', seq: 1000 })
      ),
    records: (_, query) => {
      const { change = '', item = '', after = '' } = query;
      const found = this.records.filter(
        row =>
          (change === '' || row.change === change) &&
          (item === '' || row.item_id === item)
      );
      return this.answer(`records ${change} ${item} ${after}`, page(found, query));
    },
    recordsUrl: (id, format) => `http://lab.test/${id}/records.${format}`,
    runFileUrl: (id, name) => `http://lab.test/${id}/file?name=${name}`,
    sessions: () => this.answer('sessions', this.sessions),
    saveSession: (name, state) =>
      this.answer(`save session ${name} ${JSON.stringify(state)}`, aSession(name)),
    deleteSession: name => this.answer(`delete session ${name}`, undefined)
  };

  private gaps(): Record<string, number> {
    const found: Record<string, number> = {};
    for (const code of this.items.flatMap(item => item.gaps.map(gap => gap.code))) {
      found[code] = (found[code] ?? 0) + 1;
    }
    return found;
  }

  private counts(): ItemCounts {
    const count = (state: Item['state']): number =>
      this.items.filter(item => item.state === state).length;
    return {
      waiting: count('waiting'),
      running: count('running'),
      ok: count('ok'),
      partial: count('partial'),
      failed: count('failed'),
      total: this.items.length,
      records: this.records.length,
      duplicates: 0,
      conflicts: 0,
      left_out: 0,
      repeated: 0,
      gaps: this.gaps()
    };
  }
}

/** A session that is kept. */
export function aSession(name: string, change: Partial<SessionKept> = {}): SessionKept {
  return {
    name,
    hosts: ['desk.test'],
    cookies: 2,
    saved_at: at(1),
    expires_at: null,
    ...change
  };
}

function page<T>(
  all: readonly T[],
  query: { readonly limit?: number; readonly after?: string | undefined }
): Page<T> {
  const { limit = 100, after = '0' } = query;
  const from = Number(after);
  const next = all.length > from + limit ? String(from + limit) : null;
  return { items: all.slice(from, from + limit), next };
}
