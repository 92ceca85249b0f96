import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';
import * as React from 'react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { draftOf } from '../../src/form/draft';
import { RunList } from '../../src/model/runList';
import { Runs } from '../../src/panel/Runs';
import { Commands } from '../../src/tokens';
import { anEvent, aRun } from '../support/runs';
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

describe('a row', () => {
  it('tells the time by which the rows are ordered', async () => {
    const ended = new Date().toISOString();
    const long = aRun(1, { created_at: '2020-01-01T00:00:00Z', ended_at: ended });
    await page.connect([long]);
    expect(page.one('.lp-Row-time').textContent).toContain('Jan 1');
    expect(page.one('.lp-Row-time').title).toMatch(/^Launched Jan 1, 2020.*\nEnded /);
  });

  it('goes, and the keyboard is at the next one', async () => {
    await page.connect([aRun(1), aRun(2), aRun(3)]);
    await page.does(() => {
      page.one('[data-row="run-2"] [data-command="labpool:delete-run"]').focus();
    });
    for (const [gone, next] of [
      ['run-2', 'Primes 1'],
      ['run-1', 'Primes 3']
    ] as const) {
      await page.does(() => {
        socket().say({ type: 'events', items: [anEvent('run_deleted', gone, 9)] });
      });
      expect(document.activeElement?.textContent).toBe(next);
    }
    await page.does(() => {
      socket().say({ type: 'events', items: [anEvent('run_deleted', 'run-3', 9)] });
    });
    expect(document.activeElement?.tagName).toBe('INPUT');
  });

  it('opens what Run Again has launched', async () => {
    const execute = vi.fn();
    page.labpool.commands.addCommand(Commands.openRun, {
      execute: args => {
        execute(args['id']);
      }
    });
    await page.connect([aRun(1)]);
    await page.does(() =>
      page.labpool.commands.execute(Commands.retryRun, { id: 'run-1' })
    );
    // The server in memory answers with the run that it has.
    expect(page.server.asked.at(-1)).toContain('launch {"kind":"primes"');
    expect(execute).toHaveBeenCalledExactlyOnceWith('run-1');
  });

  it('opens the form filled from a run', async () => {
    const execute = vi.fn();
    page.labpool.commands.addCommand(Commands.newRun, {
      execute: args => {
        execute(args);
      }
    });
    const run = aRun(1, { params: { below: 7 }, tags: ['a', 'b'], priority: 3 });
    await page.connect([run]);
    await page.does(() =>
      page.labpool.commands.execute(Commands.editRun, { id: 'run-1' })
    );
    const { kind, name, params, priority, tags } = run;
    const asked: unknown = execute.mock.calls[0]?.[0];
    expect(asked).toMatchObject({ kind, name, params, priority, tags });
    expect(draftOf(asked as ReadonlyPartialJSONObject)).toEqual({
      kind,
      params,
      texts: { name, priority: '3', max_attempts: '', timeout_s: '', tags: 'a, b' }
    });
  });
});
