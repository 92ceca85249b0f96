import * as React from 'react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { RunList } from '../../src/model/runList';
import { Runs } from '../../src/panel/Runs';
import { Commands } from '../../src/tokens';
import { anEvent, aRun, queued } from '../support/runs';
import { socket } from '../support/server';
import { FakePage } from '../support/view';

let page: FakePage;
let list: RunList;

beforeEach(async () => {
  // Nothing has a size in these tests, and a list without height draws no rows.
  vi.spyOn(HTMLElement.prototype, 'clientHeight', 'get').mockReturnValue(400);
  vi.spyOn(HTMLElement.prototype, 'clientWidth', 'get').mockReturnValue(250);
  vi.spyOn(HTMLElement.prototype, 'offsetHeight', 'get').mockReturnValue(42);
  page = new FakePage();
  list = new RunList(page.labpool.api, page.labpool.session);
  await page.show(<Runs list={list} />);
});

afterEach(async () => {
  await page.close();
  vi.restoreAllMocks();
});

const names = (): string[] => page.texts('.lp-RunRow .lp-Row-name');

describe('instead of rows it says', () => {
  it('that they are on their way', () => {
    expect(page.one('.lp-Note').textContent).toBe('Loading runs…');
  });

  it('that there are none yet', async () => {
    await page.connect([]);
    expect(page.one('.lp-Note').textContent).toContain('No runs yet.');
    expect(page.node.querySelector('.lp-Note-action')).toBeNull();
  });

  it('how to launch the first, where there is a form', async () => {
    const execute = vi.fn();
    page.labpool.commands.addCommand(Commands.newRun, { execute });
    await page.connect([]);
    page.one('.lp-Note-action').click();
    expect(execute).toHaveBeenCalledOnce();
  });

  it('that none matches, and takes the filter away', async () => {
    await page.connect([aRun(1)]);
    await page.does(() => {
      list.setFilter({ kind: '', state: 'failed', search: '' });
    });
    expect(page.one('.lp-Note').textContent).toContain('No run matches.');
    await page.does(() => {
      page.one('.lp-Note-action').click();
    });
    expect(names()).toEqual(['Primes 1']);
  });

  it('why they could not be had, and asks again', async () => {
    await page.connect([aRun(1)]);
    page.server.trouble = new Error('The disk is full.');
    await page.does(() => {
      list.setFilter({ kind: '', state: 'failed', search: '' });
    });
    expect(page.one('[role=alert]').textContent).toContain('The disk is full.');
    page.server.trouble = null;
    await page.does(() => {
      page.one('.lp-Note-action').click();
    });
    expect(page.node.querySelector('[role=alert]')).toBeNull();
  });
});

describe('a row', () => {
  const error = { code: 'job_error', message: 'No such file\nTraceback', details: {} };
  it.each([
    [aRun(1, { state: 'queued' }), 'Queued · Count primes', ['cancel-run']],
    [
      aRun(1, {
        state: 'running',
        progress: { done: 3, total: 12, unit: 'slice', message: '8 primes' }
      }),
      '8 primes · 3 of 12 slices · Count primes',
      ['cancel-run']
    ],
    [
      aRun(1, { state: 'running', cancel_requested: true }),
      'Cancelling… · Count primes',
      []
    ],
    [
      aRun(1, { state: 'interrupted', error }),
      'Interrupted · No such file · Count primes',
      ['cancel-run', 'resume-run']
    ],
    [
      aRun(1, { state: 'failed', error }),
      'No such file · Count primes',
      ['resume-run', 'retry-run', 'edit-run', 'delete-run']
    ],
    [
      aRun(1, { state: 'cancelled' }),
      'Cancelled · Count primes',
      ['resume-run', 'retry-run', 'edit-run', 'delete-run']
    ],
    [aRun(1), 'Count primes', ['retry-run', 'edit-run', 'delete-run']]
  ])('says where its run stands and what can be done', async (run, text, buttons) => {
    await page.connect([run]);
    expect(page.one('.lp-Row-text').textContent).toBe(text);
    expect(page.buttons('.lp-RunRow')).toEqual(buttons);
  });

  it('counts what a run gives notice of, also of one that succeeds', async () => {
    const notice = { code: 'a', message: 'b', args: {} };
    await page.connect([
      aRun(1, { notices: [notice], notices_left_out: 2 }),
      aRun(2, { notices: [notice] }),
      aRun(3),
      aRun(4, { result: { items: 9, ok: 9, failed: 0, partial: 0 } }),
      aRun(5, { result: { items: 9, ok: 7, failed: 1, partial: 1 } })
    ]);
    const marks = [...page.node.querySelectorAll('.lp-Row-notices')];
    expect(marks.map(mark => mark.getAttribute('title'))).toEqual([
      '1 notice',
      '1 notice',
      '3 notices'
    ]);
  });

  it('says when an interrupted run goes on', async () => {
    await page.connect([
      aRun(1, { state: 'interrupted', retry_at: aRun(9).created_at })
    ]);
    expect(page.one('.lp-Row-time').textContent).toMatch(/^goes on at \d\d:\d\d:09$/);
  });

  it('names each control for who does not see it', async () => {
    await page.connect([aRun(1)]);
    const labels = [...page.node.querySelectorAll('.lp-Row-buttons button')];
    expect(labels.map(button => button.getAttribute('aria-label'))).toEqual([
      'Launch a new run like Primes 1',
      'Change the parameters of Primes 1 for a new run',
      'Delete the run Primes 1'
    ]);
  });

  it('opens its run', async () => {
    const execute = vi.fn();
    page.labpool.commands.addCommand(Commands.openRun, {
      execute: args => {
        execute(args['id']);
      }
    });
    await page.connect([aRun(1)]);
    page.one('button.lp-Row-name').click();
    expect(execute).toHaveBeenCalledWith('run-1');
  });

  it('offers nothing while the server is away', async () => {
    await page.connect([aRun(1)]);
    await page.does(() => {
      socket().break();
    });
    await page.show(<Runs list={list} />);
    expect(page.buttons('.lp-RunRow')).toEqual([]);
  });
});

describe('while somebody is at the list', () => {
  beforeEach(async () => {
    await page.connect([aRun(1, { state: 'running' }), aRun(2, { state: 'running' })]);
    await page.does(() => {
      page
        .one('.lp-Rows')
        .dispatchEvent(new MouseEvent('pointerover', { bubbles: true }));
    });
  });

  it('rows stay where they are, and say what is new', async () => {
    await page.does(() => {
      socket().say({ type: 'events', items: [anEvent('run_cancelled', 'run-2', 9)] });
    });
    expect(names()).toEqual(['Primes 2', 'Primes 1']);
    expect(page.texts('.lp-Row-text')[0]).toContain('Cancelled');
  });

  it('new runs wait behind a button', async () => {
    await page.does(() => {
      socket().say({ type: 'events', items: [queued(aRun(3)), queued(aRun(4))] });
    });
    // They would stand after what runs, and so they do.
    expect(names()).toEqual(['Primes 2', 'Primes 1', 'Primes 4', 'Primes 3']);
    await page.does(() => {
      socket().say({ type: 'events', items: [queued(aRun(5))] });
    });
    expect(page.one('.lp-Waiting').textContent).toBe('Show 1 new run');
    await page.does(() => {
      page.one('.lp-Waiting').click();
    });
    expect(names()[2]).toBe('Primes 5');
  });
});

describe('the keyboard', () => {
  it('goes from row to row, and comes to one row only by Tab', async () => {
    await page.connect([aRun(1), aRun(2), aRun(3)]);
    const name = (at: number): HTMLElement =>
      page.one(`[data-index="${at.toString()}"] .lp-Row-name`);
    await page.does(() => {
      name(0).focus();
    });
    await page.does(() => {
      name(0).dispatchEvent(
        new KeyboardEvent('keydown', { key: 'ArrowDown', bubbles: true })
      );
    });
    expect(document.activeElement).toBe(name(1));
    expect([name(0).tabIndex, name(1).tabIndex, name(2).tabIndex]).toEqual([-1, 0, -1]);
  });

  it('stays with the run when its button goes', async () => {
    await page.connect([aRun(1, { state: 'running' }), aRun(2)]);
    await page.does(() => {
      page.one('[data-command="labpool:cancel-run"]').focus();
    });
    await page.does(() => {
      socket().say({
        type: 'events',
        items: [anEvent('cancel_requested', 'run-1', 9)]
      });
    });
    expect(document.activeElement?.textContent).toBe('Primes 1');
  });
});

describe('a long history', () => {
  it('draws a few rows of many', async () => {
    await page.connect(Array.from({ length: 1000 }, (_, at) => aRun(at + 1)));
    expect(list.rows.length).toBeGreaterThanOrEqual(50);
    expect(names().length).toBeLessThan(30);
  });
});

describe('the filter bar', () => {
  it('asks the server for a kind and a state', async () => {
    await page.connect([aRun(1), aRun(2, { state: 'failed' })]);
    const toggle = page.one('.lp-Filter .lp-IconButton');
    await page.does(() => {
      toggle.click();
    });
    expect(toggle.getAttribute('aria-expanded')).toBe('true');
    expect(page.texts('.lp-Filter-choice:first-child option')).toEqual([
      'All kinds',
      'Count primes'
    ]);
    await page.does(() => {
      const state = page.one('[aria-label=State]') as HTMLSelectElement;
      state.value = 'failed';
      state.dispatchEvent(new Event('change', { bubbles: true }));
    });
    expect(names()).toEqual(['Primes 2']);
  });
});
