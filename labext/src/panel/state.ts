import { ApiError, type Api } from '../api/client';
import type { PoolSummary, RunSummary } from '../api/types';

/** How many runs the panel lists. */
const RUN_LIMIT = 5;

/** What the panel shows at one moment. */
export type PanelState =
  | { readonly phase: 'loading' }
  | { readonly phase: 'missing' }
  | { readonly phase: 'error'; readonly message: string }
  | {
      readonly phase: 'ready';
      readonly pool: PoolSummary;
      readonly runs: readonly RunSummary[];
    };

/**
 * Asks the server once for the pool and the newest runs.
 *
 * Never rejects: a server without Labpool gives `missing`, any other trouble `error`.
 */
export async function loadPanelState(api: Api): Promise<PanelState> {
  try {
    const [pool, runs] = await Promise.all([api.pool(), api.runs(RUN_LIMIT)]);
    return { phase: 'ready', pool, runs: runs.items };
  } catch (error) {
    if (error instanceof ApiError && error.status === 404 && error.code === '') {
      return { phase: 'missing' };
    }
    return {
      phase: 'error',
      message: error instanceof Error ? error.message : String(error)
    };
  }
}
