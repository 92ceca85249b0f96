import { ServerConnection } from '@jupyterlab/services';

import type { Api } from '../../src/api/client';
import type { AssetsQuery } from '../../src/api/assets';
import type {
  Asset,
  AssetTotals,
  CatalogItem,
  CatalogProblem,
  Message,
  Run,
  RunsQuery
} from '../../src/api/types';
import { matches } from '../../src/model/runList';
import { FakeWork } from './work';

const KINDS = { primes: { en: 'Count primes', fa: 'شمارش اعداد اول' } };

/** The server's side of one WebSocket. */
export class FakeSocket {
  static readonly CONNECTING = 0;
  static readonly OPEN = 1;
  static readonly CLOSED = 3;

  readyState = FakeSocket.OPEN;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: (() => void) | null = null;
  readonly sent: unknown[] = [];

  constructor(readonly url: string) {
    sockets.push(this);
  }

  send(text: string): void {
    this.sent.push(JSON.parse(text));
  }

  close(): void {
    this.readyState = FakeSocket.CLOSED;
  }

  /** The server says something. */
  say(message: Message): void {
    this.onmessage?.({ data: JSON.stringify(message) });
  }

  /** The server opens, with no pool of its own unless told so. */
  open(seq: number, active: Run[] = [], replayed = true): void {
    this.say({ type: 'opened', seq, replayed, pool: true, active, kinds: KINDS });
  }

  /** The connection breaks. */
  break(): void {
    this.readyState = FakeSocket.CLOSED;
    this.onclose?.();
  }

  /** What was asked for in the address. */
  asked(name: string): string | null {
    return new URL(this.url).searchParams.get(name);
  }
}

const sockets: FakeSocket[] = [];

/** The newest connection. */
export function socket(): FakeSocket {
  const last = sockets.at(-1);
  if (!last) {
    throw new Error('Nobody has connected.');
  }
  return last;
}

/** How many connections there have been. */
export function connections(): number {
  return sockets.length;
}

/** Settings that lead to `FakeSocket`. */
export function fakeSettings(): ServerConnection.ISettings {
  sockets.length = 0;
  return ServerConnection.makeSettings({
    baseUrl: 'http://lab.test/',
    wsUrl: 'ws://lab.test/',
    WebSocket: FakeSocket as unknown as typeof WebSocket
  });
}

/** A REST API over runs in memory; what it was asked for is kept. */
export class FakeServer {
  runs: Run[] = [];
  entries: CatalogItem[] = [];
  problems: CatalogProblem[] = [];
  assets: Asset[] = [];
  /** What the next answers are instead. */
  trouble: Error | null = null;
  readonly asked: string[] = [];
  /** The items and records of its runs. */
  readonly work = new FakeWork((asked, value) => this.answer(asked, value));

  /** The API of this server. */
  readonly api: Api = {
    kinds: () =>
      this.answer('kinds', [
        {
          name: 'primes',
          title: 'Count primes',
          description: '',
          params_schema: {},
          words: {},
          available: true,
          reason: ''
        }
      ]),
    launch: request => this.answer(`launch ${JSON.stringify(request)}`, this.find('')),
    runs: query => this.answer(`runs ${query.after ?? ''}`, this.page(query)),
    run: id => this.answer(`run ${id}`, this.find(id)),
    deleteRun: id => this.answer(`delete ${id}`, { id, freed_bytes: 1 }),
    renameRun: (id, name) => this.answer(`rename ${id} ${name}`, this.find(id)),
    cancel: id => this.answer(`cancel ${id}`, this.find(id)),
    resume: id => this.answer(`resume ${id}`, this.find(id)),
    events: () => this.answer('events', { items: [], next: null }),
    metrics: () => this.answer('metrics', []),
    logs: () => this.answer('logs', { items: [], next: null }),
    pool: () => this.nothing('pool'),
    resizePool: change => this.nothing(`resize ${JSON.stringify(change)}`),
    restartWorker: id => this.nothing(`restart ${id}`),
    catalog: which =>
      this.answer(`catalog ${which}`, {
        items: this.entries.filter(item => which === `${item.kind}s`),
        next: null,
        problems: this.problems
      }),
    assets: query => this.answer(`assets ${query.after ?? ''}`, this.assetPage(query)),
    assetTotals: () => this.answer('totals', this.totals()),
    deleteAsset: (id, name) =>
      this.answer(`delete asset ${id} ${name ?? ''}`, { ids: [id], freed_bytes: 5e6 }),
    pruneCheckpoints: keep =>
      this.answer(`prune ${keep.toString()}`, { ids: ['a', 'b'], freed_bytes: 5e6 }),
    archiveUrl: id => `http://lab.test/labpool/api/assets/${id}/file`,
    saveSecret: (name, value) => this.answer(`secret ${name} ${value}`, undefined),
    ...this.work.api
  };

  private assetPage(query: AssetsQuery): { items: Asset[]; next: string | null } {
    const { limit = 50, after } = query;
    const from = after === undefined ? 0 : Number(after);
    const next = this.assets.length > from + limit ? String(from + limit) : null;
    return { items: this.assets.slice(from, from + limit), next };
  }

  private totals(): AssetTotals {
    const ready = this.assets.filter(asset => asset.status === 'ready').length;
    const size_bytes = this.assets.reduce((sum, asset) => sum + asset.size_bytes, 0);
    const count = this.assets.length;
    return {
      count,
      ready,
      size_bytes,
      downloads_this_month: 0,
      parts: 0,
      parts_bytes: 0
    };
  }

  private page(query: RunsQuery): { items: Run[]; next: string | null } {
    const { kind = '', state = '', search = '', limit = 50, after } = query;
    const from = after ? Number(after) : 0;
    const found = this.runs
      .filter(run => matches(run, { kind, state, search }))
      .sort((one, two) => (one.created_at < two.created_at ? 1 : -1));
    const next = found.length > from + limit ? String(from + limit) : null;
    return { items: found.slice(from, from + limit), next };
  }

  private find(id: string): Run {
    const run = this.runs.find(one => one.id === id) ?? this.runs[0];
    if (!run) {
      throw new Error('The fake server has no run.');
    }
    return run;
  }

  private answer<T>(asked: string, value: T): Promise<T> {
    this.asked.push(asked);
    return this.trouble ? Promise.reject(this.trouble) : Promise.resolve(value);
  }

  private nothing(asked: string): Promise<never> {
    this.asked.push(asked);
    return Promise.reject(this.trouble ?? new Error('The fake server has no pool.'));
  }
}

/** Lets all answers come in. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) {
    await Promise.resolve();
  }
}
