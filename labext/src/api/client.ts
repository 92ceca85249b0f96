import { URLExt } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';

import type { Page, PoolSummary, RunSummary } from './types';

/** An answer of the server that is not a success. */
export class ApiError extends Error {
  /**
   * @param status - The HTTP status.
   * @param code - The error code of Labpool, or an empty string when the answer has none.
   * @param message - What went wrong, in words.
   */
  constructor(
    readonly status: number,
    readonly code: string,
    message: string
  ) {
    super(message);
    this.name = 'ApiError';
  }
}

/** What the panel asks the server for. */
export interface Api {
  /** The pool and its workers. */
  pool(): Promise<PoolSummary>;
  /** The newest runs, at most `limit` of them. */
  runs(limit: number): Promise<Page<RunSummary>>;
}

/**
 * The REST API of the Labpool server extension.
 *
 * @param settings - The server and the credentials of this page.
 */
export function createApi(settings = ServerConnection.makeSettings()): Api {
  const get = async <T>(path: string): Promise<T> => {
    const url = URLExt.join(settings.baseUrl, 'labpool/api', path);
    const response = await ServerConnection.makeRequest(url, {}, settings);
    if (!response.ok) {
      throw await toError(response);
    }
    return (await response.json()) as T;
  };
  return {
    pool: () => get<PoolSummary>('pool'),
    runs: limit => get<Page<RunSummary>>(`runs?limit=${limit.toString()}`)
  };
}

/** Reads `{code, message}` from an answer; a page of HTML gives the bare status. */
async function toError(response: Response): Promise<ApiError> {
  const body = await readObject(response);
  const code = typeof body['code'] === 'string' ? body['code'] : '';
  const message =
    typeof body['message'] === 'string' ? body['message'] : response.statusText;
  return new ApiError(response.status, code, message);
}

async function readObject(response: Response): Promise<Record<string, unknown>> {
  const text = await response.text();
  if (!response.headers.get('Content-Type')?.includes('json')) {
    return {};
  }
  return JSON.parse(text) as Record<string, unknown>;
}
