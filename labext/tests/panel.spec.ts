import { nullTranslator } from '@jupyterlab/translation';
import { describe, expect, it } from 'vitest';

import { ApiError, type Api } from '../src/api/client';
import type { PoolSummary, RunSummary } from '../src/api/types';
import { renderContent } from '../src/panel/content';
import { loadPanelState } from '../src/panel/state';

const POOL: PoolSummary = {
  state: 'ready',
  workers: [
    { id: 'w-0', state: 'busy', run_id: 'r-7' },
    { id: 'w-1', state: 'idle', run_id: null }
  ]
};

const RUN: RunSummary = {
  id: 'r-7',
  kind: 'train',
  name: 'آزمایش',
  state: 'running',
  progress: { done: 3, total: 12, unit: 'step', message: '' }
};

function answer(runs: readonly RunSummary[]): Api {
  return {
    pool: () => Promise.resolve(POOL),
    runs: () => Promise.resolve({ items: runs, next: null })
  };
}

function refuse(error: Error): Api {
  return { pool: () => Promise.reject(error), runs: () => Promise.reject(error) };
}

async function show(api: Api): Promise<HTMLElement> {
  const host = document.createElement('div');
  const state = await loadPanelState(api);
  host.append(...renderContent(state, nullTranslator.load('labpool')));
  return host;
}

describe('the panel', () => {
  it('lists the workers and the runs', async () => {
    const host = await show(answer([RUN]));
    const rows = [...host.querySelectorAll('.lp-Panel-row')].map(row =>
      [...row.children].map(cell => cell.textContent)
    );
    expect(rows).toEqual([
      ['w-0', 'r-7'],
      ['w-1', 'idle'],
      ['آزمایش', 'running 25 %']
    ]);
    expect(host.querySelector('[role=status]')?.textContent).toBe('ready, 2 workers');
  });

  it('says how to start when there is no run', async () => {
    const host = await show(answer([]));
    expect(host.textContent).toContain('No run yet');
  });

  it('says that the server lacks Labpool', async () => {
    const host = await show(refuse(new ApiError(404, '', 'Not Found')));
    expect(host.textContent).toContain('does not run Labpool');
  });

  it('shows any other error in its own words', async () => {
    const host = await show(refuse(new ApiError(503, 'pool_down', 'The pool is down')));
    expect(host.querySelector('[role=alert]')?.textContent).toBe(
      'Labpool did not answer: The pool is down'
    );
  });

  it('waits in words', () => {
    const [node] = renderContent({ phase: 'loading' }, nullTranslator.load('labpool'));
    expect(node?.textContent).toBe('Loading…');
  });
});
