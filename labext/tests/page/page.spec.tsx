import * as React from 'react';
import { act } from 'react';
import { afterEach, describe, expect, it, vi } from 'vitest';

import type { Run } from '../../src/api/types';
import { actionsOf } from '../../src/page/actions';
import { marked } from '../../src/page/logRow';
import { Page } from '../../src/page/page';
import { eventOf, line, runOf } from '../events';
import { draw, undraw } from './draw';
import { detailOf, fakeApi, type FakeSession, type Has } from './fake';

// Web components need a browser that computes styles.
vi.mock('@jupyter/react-components', () => ({ Button: 'button', Search: 'input' }));
vi.mock('@jupyter/web-components', () => ({
  addJupyterLabThemeChangeListener: vi.fn(),
  jpButton: vi.fn(),
  jpToolbar: vi.fn(),
  provideJupyterDesignSystem: () => ({ register: vi.fn() })
}));
vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true);
afterEach(() => {
  undraw();
  document.body.replaceChildren();
});

async function page(
  has: Has
): Promise<{ node: HTMLElement; session: FakeSession; close: () => void }> {
  const { detail, session } = await detailOf(fakeApi(has));
  const close = vi.fn();
  const node = await draw(<Page detail={detail} close={close} />, session);
  return { node, session, close };
}

async function choose(node: HTMLElement, tab: string): Promise<HTMLElement> {
  const button = [...node.querySelectorAll<HTMLElement>('[role=tab]')].find(one =>
    one.textContent.startsWith(tab)
  );
  await act(async () => {
    button?.click();
    await Promise.resolve();
  });
  const panel = node.querySelector<HTMLElement>('[role=tabpanel]');
  if (!panel) {
    throw new Error('no panel');
  }
  return panel;
}

const error = {
  code: 'job_error',
  message: 'ValueError: no rows',
  details: { traceback: 'Traceback (most recent call last)' }
};

describe('the page of a run', () => {
  it('tells which run it is, where it stands and how far each worker is', async () => {
    const progress = { done: 3, total: 12, unit: 'step', message: 'epoch 1' };
    const { node } = await page({ run: runOf({ progress, tags: ['fa'] }) });
    expect(node.querySelector('h1 bdi')?.textContent).toBe('first try');
    expect(node.querySelector('.lp-State')?.textContent).toBe('Running');
    expect(
      node.querySelector('[role=progressbar]')?.getAttribute('aria-valuenow')
    ).toBe('25');
    expect(node.textContent).toContain('3 of 12');
    expect(node.textContent).toContain('1 of 3');
  });

  it('says that a run waits, and that nothing is there yet', async () => {
    const run = runOf({ state: 'queued', attempt: 0, started_at: null, workers: [] });
    const { node } = await page({ run });
    expect(node.textContent).toContain('Waiting for a free worker.');
    expect(node.textContent).toContain('Nothing measured yet.');
    expect((await choose(node, 'Attempts')).textContent).toContain('Not started yet');
  });

  it('says why a run failed, and what can be done', async () => {
    const run = runOf({ state: 'failed', error, ended_at: '2026-01-01T00:01:00Z' });
    const { node } = await page({ run });
    expect(node.querySelector('.lp-PageProblem')?.textContent).toContain('no rows');
    expect(node.querySelector('.lp-PageProblem')?.textContent).toContain('then resume');
    expect(node.querySelector('details')?.open).toBe(false);
    expect(node.textContent).toContain('This run wrote no log.');
    expect(node.querySelector('.lp-Metrics')).toBeNull();
  });

  it('shows the notes of a result as warnings before its figures', async () => {
    const notes = [
      'پرونده.csv: its columns are separated by semicolon',
      'متن‌ها دو بار هستند'
    ];
    const run = runOf({ state: 'succeeded', result: { notes, accuracy: 0.5 } });
    const { node } = await page({ run });
    const told = node.querySelectorAll('.lp-PageWarnings li');
    expect([...told].map(one => one.textContent)).toEqual(notes);
    expect([...told].map(one => one.getAttribute('dir'))).toEqual(['ltr', 'rtl']);
  });

  it('shows what a run gives notice of, by its code or in its own words', async () => {
    const notices = [
      { code: 'baselines_failed', message: 'no baselines: x', args: { reason: 'x' } },
      { code: 'baselines_failed', message: 'no baselines', args: {} },
      { code: 'of_a_stranger', message: 'two sheets are skipped', args: { count: 2 } }
    ];
    const run = runOf({
      state: 'succeeded',
      notices,
      notices_left_out: 2,
      result: { notes: ['no baselines: x', 'an older note'], accuracy: 0.5 }
    });
    const { node } = await page({ run });
    const told = node.querySelectorAll('.lp-PageWarnings li');
    expect([...told].map(one => one.textContent)).toEqual([
      'The baselines (majority class, bag of words) could not be computed: \u2068x\u2069',
      'no baselines',
      'two sheets are skipped',
      'an older note',
      'and 2 more, which are in the log'
    ]);
  });

  it('says at its head that a success is not the whole', async () => {
    const result = { items: 9, ok: 6, failed: 1, partial: 2 };
    const { node } = await page({ run: runOf({ state: 'succeeded', result }) });
    const told = node.querySelector('.lp-PageWarnings li');
    expect(told?.textContent).toBe('3 of 9 items failed or are not whole.');
  });

  it('shows the figures of a result', async () => {
    const run = runOf({ state: 'succeeded', result: { accuracy: 0.71428, rows: [1] } });
    const { node } = await page({ run });
    expect(node.querySelector('.lp-PageResult dd')?.textContent).toBe('0.7143');
    expect(node.querySelector('.lp-PageResult details')).not.toBeNull();
  });

  it('shows what happens as it happens, and keeps the focus', async () => {
    const { node, session } = await page({ run: runOf(), lines: [line(5, 'begins')] });
    expect(node.querySelector('.lp-LogTools-count')?.textContent).toBe('1 line');
    const search = node.querySelector<HTMLElement>('[type=search]');
    search?.focus();
    await act(async () => {
      session.told.emit([
        eventOf('log_written', 11, { level: 'error', text: 'breaks' })
      ]);
      await Promise.resolve();
    });
    expect(node.querySelector('.lp-LogTools-count')?.textContent).toBe('2 lines');
    expect(document.activeElement).toBe(search);
  });

  it('tells the attempts, the artifacts and the parameters', async () => {
    const events = [
      eventOf('attempt_assigned', 2, { workers: ['w0'] }),
      eventOf('artifact_saved', 3, {
        ...{
          name: 'checkpoint-42',
          kind: 'checkpoint',
          path: '/runs/r1/c',
          size_bytes: 5e6
        },
        ...{ sha256: 'abcdef0123456789', meta: { step: 42, accuracy: 0.5 } }
      }),
      eventOf('run_interrupted', 4, { error, retry_at: null, counts: true })
    ];
    const { node } = await page({ run: runOf(), events });
    expect((await choose(node, 'Attempts')).textContent).toContain(
      'ValueError: no rows'
    );
    const artifacts = (await choose(node, 'Artifacts')).textContent;
    expect(artifacts).toContain('checkpoint-42');
    expect(artifacts).toContain('5 MB');
    expect(artifacts).toContain('accuracy0.5');
    expect((await choose(node, 'Parameters')).textContent).toContain('epochs');
    expect((await choose(node, 'Events')).textContent).toContain('Attempt 1 given to');
  });

  it('shows what the job chose where nothing was given', async () => {
    const run = runOf({ params: { epochs: null, seed: 1 }, resolved: { epochs: 20 } });
    const { node } = await page({ run });
    const params = (await choose(node, 'Parameters')).textContent;
    expect(params).toContain('epochs20 (chosen by the job)');
    expect(params).toContain('seed1');
  });

  it('says when the run is deleted, and goes on showing what it had', async () => {
    const { node, session, close } = await page({ run: runOf() });
    await act(async () => {
      session.told.emit([eventOf('run_deleted', 30, {})]);
      await Promise.resolve();
    });
    expect(node.querySelector('.lp-State')?.textContent).toBe('Deleted');
    node.querySelector<HTMLElement>('.lp-Note-action')?.click();
    expect(close).toHaveBeenCalled();
  });
});

describe('the actions of a run', () => {
  const actions = (rest: Partial<Run>): string => actionsOf(runOf(rest)).join(' ');

  it('match its state', () => {
    expect(actions({ state: 'queued' })).toBe('cancelRun');
    expect(actions({ state: 'running' })).toBe('cancelRun');
    expect(actions({ state: 'interrupted' })).toBe('resumeRun cancelRun');
    expect(actions({ state: 'failed' })).toBe('resumeRun retryRun editRun deleteRun');
    expect(actions({ state: 'succeeded' })).toBe('retryRun editRun deleteRun');
  });
});

describe('a text that is searched', () => {
  it('is marked wherever it is found', async () => {
    const { session } = await page({ run: runOf() });
    const node = await draw(<p>{marked('Loss of loss', 'LOSS')}</p>, session);
    expect([...node.querySelectorAll('mark')].map(one => one.textContent)).toEqual([
      'Loss',
      'loss'
    ]);
    expect(node.textContent).toBe('Loss of loss');
  });
});
