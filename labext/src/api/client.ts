import { URLExt } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';

import { assetApi, type AssetApi } from './assets';
import { ApiError, type Voice } from './error';
import { itemApi, type ItemApi } from './items';
import type {
  Kind,
  LogLevel,
  LogLine,
  Page,
  Pool,
  PoolChange,
  Run,
  RunEvent,
  RunRemoved,
  RunRequest,
  RunsQuery,
  Series
} from './types';

/** The REST API of Labpool. Every call rejects with an `ApiError` when it does not succeed. */
export interface Api extends AssetApi, ItemApi {
  /** All job kinds. */
  kinds(): Promise<readonly Kind[]>;
  /** Launches a run. */
  launch(request: RunRequest): Promise<Run>;
  /** One page of runs, newest first. */
  runs(query: RunsQuery): Promise<Page<Run>>;
  /** One run. */
  run(id: string): Promise<Run>;
  /** Deletes an ended run with its events and files. */
  deleteRun(id: string): Promise<RunRemoved>;
  /** Gives a run another name. */
  renameRun(id: string, name: string): Promise<Run>;
  /** Asks a run to stop. */
  cancel(id: string): Promise<Run>;
  /** Lets a stopped run go on from its last good checkpoint. */
  resume(id: string): Promise<Run>;
  /** What happened to a run, without progress, metrics and log lines. */
  events(id: string, after?: string): Promise<Page<RunEvent>>;
  /** The metric series of a run, of `maxPoints` points each at the most. */
  metrics(id: string, maxPoints: number): Promise<readonly Series[]>;
  /** Log lines of a run that follow number `after`, oldest first. */
  logs(id: string, query: LogsQuery): Promise<Page<LogLine>>;
  /** The pool; asking for it starts the workers. */
  pool(): Promise<Pool>;
  /** Changes the pool's size. */
  resizePool(change: PoolChange): Promise<Pool>;
  /** Restarts a worker; a run on it goes on elsewhere. */
  restartWorker(id: string): Promise<Pool>;
}

/** Which log lines. */
export interface LogsQuery {
  readonly after?: number;
  readonly limit?: number;
  readonly level?: LogLevel;
}

type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';

/**
 * Makes the REST API of the Labpool server extension.
 *
 * @param voice - Says what went wrong in the page's language.
 * @param settings - The server and the credentials of this page.
 */
export function createApi(
  voice: Voice,
  settings = ServerConnection.makeSettings()
): Api {
  const ask = async <T>(method: Method, path: string, body?: unknown): Promise<T> => {
    const url = URLExt.join(settings.baseUrl, 'labpool/api', path);
    const init: RequestInit = { method };
    if (body !== undefined) {
      init.body = JSON.stringify(body);
      init.headers = { 'Content-Type': 'application/json' };
    }
    const response = await ServerConnection.makeRequest(url, init, settings);
    if (!response.ok) {
      throw await ApiError.from(response, voice);
    }
    return (response.status === 204 ? undefined : await response.json()) as T;
  };
  const get = <T>(path: string, query: object = {}): Promise<T> =>
    ask<T>('GET', path + search(query));
  const link = (path: string, query: object = {}): string =>
    fileUrl(settings, path, query);
  return {
    kinds: async () => (await get<Page<Kind>>('kinds')).items,
    launch: request => ask('POST', 'runs', request),
    pool: () => get('pool'),
    resizePool: change => ask('PATCH', 'pool', change),
    restartWorker: id => ask('POST', `pool/workers/${encodeURIComponent(id)}/restart`),
    ...runApi({ get, ask, link }),
    ...assetApi({ get, ask, link }),
    ...itemApi({ get, ask, link })
  };
}

type RunApi = Pick<
  Api,
  | 'runs'
  | 'run'
  | 'deleteRun'
  | 'renameRun'
  | 'cancel'
  | 'resume'
  | 'events'
  | 'metrics'
  | 'logs'
>;

/** The part of the API that is about runs. */
function runApi({ get, ask }: Parameters<typeof assetApi>[0]): RunApi {
  const at = (id: string, rest = ''): string => `runs/${encodeURIComponent(id)}${rest}`;
  return {
    runs: query => get('runs', query),
    run: id => get(at(id)),
    deleteRun: id => ask('DELETE', at(id)),
    renameRun: (id, name) => ask('PATCH', at(id), { name }),
    cancel: id => ask('POST', at(id, '/cancel')),
    resume: id => ask('POST', at(id, '/resume')),
    events: (id, after) => get(at(id, '/events'), { after, brief: true }),
    metrics: async (id, maxPoints) =>
      (await get<Page<Series>>(at(id, '/metrics'), { max_points: maxPoints })).items,
    logs: (id, query) => get(at(id, '/logs'), query)
  };
}

/** An address for a link, which cannot send headers: the login's cookie goes with it. */
function fileUrl(
  settings: ServerConnection.ISettings,
  path: string,
  query: object
): string {
  const url = URLExt.join(settings.baseUrl, 'labpool/api', path);
  // A server elsewhere has set no cookie here.
  const needsToken = settings.appendToken && settings.token !== '';
  return url + search(needsToken ? { ...query, token: settings.token } : query);
}

/** Writes a query string; what is undefined or empty is left out. */
function search(query: object): string {
  const given = Object.entries(query).filter(
    ([, value]) => value !== undefined && value !== ''
  );
  const text = new URLSearchParams(given.map(([name, value]) => [name, String(value)]));
  return given.length > 0 ? `?${text.toString()}` : '';
}
