import type { components } from './generated/schema';

type Schemas = components['schemas'];

/** A run: what was asked for, where it stands, how it ended. */
export type Run = Schemas['Run'];
/** The states of a run; `succeeded`, `failed` and `cancelled` are final. */
export type RunState = Schemas['RunState'];
/** How far a run or a worker is, in the unit that the job chose. */
export type Progress = Schemas['Progress'];
/** Why a run, an attempt or a request failed. */
export type RunError = Schemas['RunError'];
/** What whoever reads a run must know beside its state. */
export type Notice = Schemas['Notice'];
/** What a person sends to launch a run. */
export type RunRequest = Pick<Schemas['RunRequest'], 'kind'> &
  Partial<Schemas['RunRequest']>;

/** A job kind with the schema that its form is drawn from. */
export type Kind = Schemas['Kind'];

/** One worker now. */
export type Worker = Schemas['Worker'];
/** A GPU that a worker may use. */
export type Gpu = Schemas['Gpu'];
/** The pool and its workers now. */
export type Pool = Schemas['Pool'];
/** A new size of the pool: a fixed number, or a range. */
export type PoolChange = Partial<Schemas['PoolChange']>;
/** A threshold that is crossed. */
export type Alert = Schemas['Alert'];

/** What the deletion of a run took away. */
export type RunRemoved = Schemas['RunRemoved'];

/** Anything that happened to a run; `type` tells what. */
export type RunEvent = Schemas['Event'];
/** Anything that the page's WebSocket says; `type` tells what. */
export type Message = Schemas['Message'];

/** One metric of one run. */
export type Series = Schemas['Series'];
/** One log line. */
export type LogLine = Schemas['LogLine'];
/** How serious a log line is. */
export type LogLevel = LogLine['level'];

/** A model or a data set that may be downloaded, and how it stands on this server. */
export type CatalogItem = Schemas['CatalogItem'];
/** Models or data sets of the catalog, and what is wrong with the catalog's files. */
export type CatalogPage = Schemas['CatalogPage'];
/** Something in a catalog file that is left out. */
export type CatalogProblem = Schemas['CatalogProblem'];
/** A model, data set, checkpoint or record set that is kept. */
export type Asset = Schemas['Asset'];
/** All assets together. */
export type AssetTotals = Schemas['AssetTotals'];
/** What a deletion took away. */
export type AssetsRemoved = Schemas['AssetsRemoved'];
/** What a server keeps encrypted for a person. */
export type SecretName = 'hub_token';

/** One item that a run works through. */
export type Item = Schemas['Item'];
/** All items of a run together. */
export type ItemCounts = Schemas['ItemCounts'];
/** Where an item is: `ok`, `partial` and `failed` are ends. */
export type ItemState = Item['state'];
/** Items of an ended run that are to be tried again. */
export type RetryRequest = Pick<Schemas['RetryRequest'], 'states'> &
  Partial<Schemas['RetryRequest']>;
/** One record of a run. */
export type RecordRow = Schemas['RecordRow'];
/** What became of a record since the earlier run. */
export type RecordChange = NonNullable<RecordRow['change']>;

/** A session that the server keeps, without what is in it. */
export type SessionKept = Schemas['SessionKept'];
/** A browser's storage state. */
export type StorageState = Schemas['StorageState'];

/** One page of a list. */
export interface Page<Item> {
  readonly items: readonly Item[];
  readonly next: string | null;
}

/** Which runs to list. */
export interface RunsQuery {
  readonly kind?: string | undefined;
  readonly state?: RunState | undefined;
  readonly search?: string | undefined;
  readonly limit?: number | undefined;
  readonly after?: string | undefined;
}

const FINAL: readonly RunState[] = ['succeeded', 'failed', 'cancelled'];

/** Whether nothing more happens to a run in this state by itself. */
export function hasEnded(state: RunState): boolean {
  return FINAL.includes(state);
}
