import type { TranslationBundle } from '@jupyterlab/translation';

import type { PoolSummary, Progress, RunSummary } from '../api/types';
import type { PanelState } from './state';

/** Draws one state of the panel. */
export function renderContent(state: PanelState, trans: TranslationBundle): Node[] {
  switch (state.phase) {
    case 'loading':
      return [note(trans.__('Loading…'))];
    case 'missing':
      return [
        note(
          trans.__(
            'This server does not run Labpool. Install the Python package labpool where the server runs, then restart it.'
          )
        )
      ];
    case 'error':
      return [note(trans.__('Labpool did not answer: %1', state.message), 'alert')];
    case 'ready':
      return [...renderPool(state.pool, trans), ...renderRuns(state.runs, trans)];
  }
}

function renderPool(pool: PoolSummary, trans: TranslationBundle): Node[] {
  const rows = pool.workers.map(worker =>
    row(worker.id, worker.run_id ?? worker.state, worker.state)
  );
  return [
    heading(trans.__('Pool')),
    note(
      trans._n('%2, %1 worker', '%2, %1 workers', pool.workers.length, pool.state),
      'status'
    ),
    list(rows)
  ];
}

function renderRuns(runs: readonly RunSummary[], trans: TranslationBundle): Node[] {
  const body =
    runs.length === 0
      ? note(
          trans.__('No run yet. Start one from a notebook: labpool.connect().train(…)')
        )
      : list(runs.map(run => row(run.name, describeRun(run), run.state)));
  return [heading(trans.__('Runs')), body];
}

function describeRun(run: RunSummary): string {
  const share = run.state === 'running' ? percent(run.progress) : null;
  return share === null ? run.state : `${run.state} ${share}`;
}

function percent(progress: Progress | null): string | null {
  if (progress?.total == null || progress.total <= 0) {
    return null;
  }
  return `${Math.round((100 * progress.done) / progress.total).toString()} %`;
}

function heading(text: string): HTMLElement {
  return element('h3', 'lp-Panel-heading', text);
}

function note(text: string, role?: 'alert' | 'status'): HTMLElement {
  const node = element('p', 'lp-Panel-note', text);
  if (role) {
    node.setAttribute('role', role);
  }
  return node;
}

function list(rows: HTMLElement[]): HTMLElement {
  const node = element('ul', 'lp-Panel-list');
  node.append(...rows);
  return node;
}

function row(name: string, detail: string, state: string): HTMLElement {
  const node = element('li', 'lp-Panel-row');
  node.dataset['state'] = state;
  // Names may be in any script: <bdi> keeps one from turning the rest of the line.
  node.append(element('bdi', 'lp-Panel-name', name));
  node.append(element('span', 'lp-Panel-detail', detail));
  return node;
}

function element(tag: string, className: string, text = ''): HTMLElement {
  const node = document.createElement(tag);
  node.className = className;
  node.textContent = text;
  return node;
}
