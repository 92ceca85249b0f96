import type { Asking } from './assets';
import type {
  Item,
  ItemCounts,
  ItemState,
  Page,
  RecordChange,
  RecordRow,
  RetryRequest,
  Run,
  SessionKept,
  StorageState
} from './types';

/** What runs work through and bring, and the sessions that they may use. */
export interface ItemApi {
  /** One page of a run's items, in their order. */
  items(id: string, query: ItemsQuery): Promise<Page<Item>>;
  /** All items of a run together. */
  itemCounts(id: string): Promise<ItemCounts>;
  /** Lets a run that has ended try items again. */
  retryItems(id: string, request: RetryRequest): Promise<Run>;
  /** One page of a run's records, oldest first. */
  records(id: string, query: RecordsQuery): Promise<Page<RecordRow>>;
  /** Where the browser gets all records as one file. */
  recordsUrl(id: string, format: RecordsFormat, changes?: boolean): string;
  /** Where the browser gets a file that a run keeps. */
  runFileUrl(id: string, name: string): string;
  /** The sessions that the server keeps for this person. */
  sessions(): Promise<readonly SessionKept[]>;
  /** Keeps a session; one of the same name is replaced. */
  saveSession(name: string, state: StorageState): Promise<SessionKept>;
  /** Forgets a session. */
  deleteSession(name: string): Promise<void>;
}

/** Which items. */
export interface ItemsQuery {
  readonly state?: ItemState | '';
  /** Only those that have a gap of this code. */
  readonly gap?: string;
  readonly search?: string;
  readonly limit?: number;
  readonly after?: string | undefined;
}

/** Which records; `item` is the id of the item that brought them. */
export interface RecordsQuery {
  readonly change?: RecordChange | '';
  readonly item?: string;
  readonly limit?: number;
  readonly after?: string | undefined;
}

/** The kinds of file that records are written to. */
export type RecordsFormat = 'jsonl' | 'csv' | 'parquet';

/** Makes the part of the REST API that is about items, records and sessions. */
export function itemApi({ get, ask, link }: Asking): ItemApi {
  const run = (id: string, rest: string): string =>
    `runs/${encodeURIComponent(id)}/${rest}`;
  const session = (name: string): string => `sessions/${encodeURIComponent(name)}`;
  return {
    items: (id, query) => get(run(id, 'items'), query),
    itemCounts: id => get(run(id, 'totals/items')),
    retryItems: (id, request) => ask('POST', run(id, 'items/retry'), request),
    records: (id, query) => get(run(id, 'records'), query),
    recordsUrl: (id, format, changes = false) =>
      link(run(id, 'records/file'), { format, ...(changes ? { changes } : {}) }),
    runFileUrl: (id, name) => link(run(id, 'file'), { name }),
    sessions: async () => (await get<Page<SessionKept>>('sessions')).items,
    saveSession: (name, state) => ask('POST', session(name), { storage_state: state }),
    deleteSession: name => ask('DELETE', session(name))
  };
}
