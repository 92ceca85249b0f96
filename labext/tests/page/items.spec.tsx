import { Notification } from '@jupyterlab/apputils';
import * as React from 'react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import type { Run } from '../../src/api/types';
import { RunDetail } from '../../src/model/runDetail';
import { Page } from '../../src/page/page';
import { aRun } from '../support/runs';
import { aRecord, anItem } from '../support/work';
import { socket } from '../support/server';
import { FakePage } from '../support/view';

vi.mock('@jupyter/react-components', () => ({ Button: 'button', Search: 'input' }));
vi.mock('@jupyter/web-components', () => ({
  addJupyterLabThemeChangeListener: vi.fn(),
  jpButton: vi.fn(),
  jpToolbar: vi.fn(),
  provideJupyterDesignSystem: () => ({ register: vi.fn() })
}));

let page: FakePage;
let detail: RunDetail;

beforeEach(() => {
  page = new FakePage();
});

afterEach(async () => {
  await page.close();
  detail.dispose();
});

async function open(change: Partial<Run> = {}): Promise<void> {
  const run = aRun(1, { kind: 'scrape', ...change });
  await page.connect([run]);
  const { api, session } = page.labpool;
  detail = new RunDetail(api, session, run.id);
  socket().say({ type: 'watching', run_ids: [run.id] });
  await page.show(<Page detail={detail} close={() => undefined} />);
  await page.does(() => undefined);
}

async function press(text: string): Promise<void> {
  const all = [...page.node.querySelectorAll<HTMLElement>('button')];
  const found = all.find(one => one.textContent.startsWith(text));
  expect(found, text).toBeDefined();
  await page.does(() => found?.click());
}

const failed = anItem(2, {
  ...{ state: 'failed', reason: 'http_error', records: 0 },
  ...{ message: 'It answered 500.', artifact: 'failures/2.png' }
});

describe('a run without items', () => {
  it('has no tabs for them', async () => {
    await open();
    expect(page.texts('[role=tab]')).not.toContain('Items');
  });
});

describe('the items', () => {
  it('come first, and tell how each stands and why', async () => {
    page.server.work.items = [anItem(1), failed];
    await open();
    expect(page.texts('[role=tab]').slice(0, 3)).toEqual(['Items2', 'Records', 'Log']);
    expect(page.texts('td[data-column=state]')).toEqual([
      'OK',
      'Failed: the site answers with an error'
    ]);
    expect(page.texts('.lp-Chip')).toContain('Failed1');
  });

  it('of one state are asked for by a chip, and of all by the same', async () => {
    page.server.work.items = [anItem(1), failed];
    await open();
    await press('Failed');
    expect(page.texts('tr[data-row] bdi.lp-Cut')).toHaveLength(1);
    expect(page.one('.lp-Chip[aria-pressed=true]').textContent).toBe('Failed1');
    await press('Failed');
    expect(page.node.querySelectorAll('tr[data-row]')).toHaveLength(2);
  });

  it('that are many come in pages', async () => {
    page.server.work.items = Array.from({ length: 103 }, (_, at) => anItem(at + 1));
    await open();
    expect(page.node.querySelectorAll('tr[data-row]')).toHaveLength(100);
    await press('Show more');
    expect(page.node.querySelectorAll('tr[data-row]')).toHaveLength(103);
    expect(page.node.querySelector('.lp-List-more')).toBeNull();
  });

  it('unfold to the whole message and the picture', async () => {
    page.server.work.items = [failed];
    await open();
    const button = page.one('.lp-Unfold');
    await page.does(() => {
      button.click();
    });
    expect(button.getAttribute('aria-expanded')).toBe('true');
    const below = document.getElementById(button.getAttribute('aria-controls') ?? '');
    expect(below?.textContent).toContain('It answered 500.');
    expect(below?.querySelector('img')?.alt).toBe('The page as it was seen');
    await page.does(() => {
      below?.querySelector('img')?.dispatchEvent(new Event('error'));
    });
    expect(below?.textContent).toContain('Open what was kept of it');
  });

  it('that failed are tried again, all or one, once the run has ended', async () => {
    page.server.work.items = [anItem(1), failed, anItem(3, { state: 'partial' })];
    await open();
    await page.does(() => {
      page.one('tr[data-row="2"] .lp-Unfold').click();
    });
    await press('Retry Failed (1)');
    expect(page.server.asked).toContain('retry run-1 {"states":["failed"]}');
    // The run waits again now.
    expect(page.texts('button')).not.toContain('Retry Failed (1)');
  });

  it('say why they cannot be tried again', async () => {
    page.server.work.items = [failed];
    await open();
    const told = vi.spyOn(Notification, 'error').mockReturnValue('');
    page.server.trouble = new Error('The run goes on.');
    await press('Retry Failed (1)');
    expect(told.mock.calls[0]?.[0]).toBe('The run goes on.');
    page.server.trouble = null;
  });

  it('of a run that goes on are not tried again', async () => {
    page.server.work.items = [failed];
    await open({ state: 'running', ended_at: null });
    expect(page.texts('.lp-List-tools .lp-Button')).toEqual([]);
  });

  it('lead to their records and back', async () => {
    page.server.work.items = [anItem(1), anItem(2)];
    page.server.work.records = [aRecord(1), aRecord(2)];
    await open();
    await page.does(() => {
      page.one('tr[data-row="2"] .lp-Unfold').click();
    });
    await press('Show its records');
    expect(page.one('[aria-selected=true]').textContent).toBe('Records2');
    expect(page.texts('tr[data-row] th')).toEqual(['key-2']);
    await page.does(() => {
      page.one('tr[data-row] .lp-Unfold').click();
    });
    await press('Show the item that brought it');
    expect(page.one('[aria-selected=true]').textContent).toBe('Items2');
    expect(page.texts('tr[data-row] th')).toEqual(['2']);
  });
});

describe('the records', () => {
  const data = {
    id: 'a',
    labels: ['خطا', 'bug'],
    at: '2019-05-06T07:08:09Z',
    none: null,
    deep: { a: 1 }
  };

  it('are told as people read them, with files of all of them', async () => {
    page.server.work.items = [anItem(1)];
    page.server.work.records = [aRecord(1, { data })];
    await open();
    await press('Records');
    expect(page.texts('.lp-ListTable thead th')).toEqual(Object.keys(data));
    const cells = page.texts('.lp-ListTable td');
    expect(cells[0]).toBe('خطا, bug');
    expect(cells[1]).toContain('2019');
    expect(cells.slice(2)).toEqual(['–', '{"a":1}']);
    expect(page.texts('.lp-Export a')).toEqual(['JSONL', 'CSV', 'Parquet']);
    expect(page.texts('.lp-Chips')).toEqual([]);
  });

  it('are filtered by what became of them, where they were compared', async () => {
    page.server.work.items = [anItem(1)];
    page.server.work.records = [
      aRecord(1, { change: 'new' }),
      aRecord(2, { change: 'gone' })
    ];
    await open({ result: { items: 1, new: 1, gone: 1, reasons: { timeout: 2 } } });
    expect(page.one('.lp-Tally').textContent).toContain('took too long');
    await press('Records');
    await press('Gone');
    expect(page.texts('td[data-column=change]')).toEqual(['Gone']);
    await press('Changed');
    expect(page.node.textContent).toContain('No record matches.');
    await press('Show all records');
    expect(page.node.querySelectorAll('tr[data-row]')).toHaveLength(2);
  });

  it('may not be there yet', async () => {
    page.server.work.items = [anItem(1, { state: 'waiting', records: 0 })];
    await open({ state: 'running', ended_at: null });
    await press('Records');
    expect(page.node.textContent).toContain('No records yet.');
  });
});

describe('an item of which something is missing', () => {
  const cut = anItem(1, {
    state: 'partial',
    reason: 'max_pages',
    message: 'There are more pages.',
    gaps: [
      {
        code: 'max_pages',
        message: 'There are more pages.',
        args: { address: 'https://desk.test/list?p=4', limit: 3 }
      }
    ]
  });

  it('says of what, and where to go on', async () => {
    page.server.work.items = [cut, anItem(2)];
    await open({ state: 'succeeded' });
    expect(page.texts('td[data-column=state]')[0]).toBe(
      'Partial: more pages than the recipe reads'
    );
    const button = page.one('.lp-Unfold');
    await page.does(() => {
      button.click();
    });
    const gap = page.node.querySelector('.lp-Gaps li');
    expect(gap?.textContent).toContain('Limit');
    expect(gap?.querySelector('a')?.getAttribute('href')).toBe(
      'https://desk.test/list?p=4'
    );
  });

  it('is found by it', async () => {
    const late = anItem(3, {
      state: 'partial',
      reason: 'timeout',
      gaps: [{ code: 'timeout', message: '', args: {} }]
    });
    page.server.work.items = [cut, anItem(2), late];
    await open({ state: 'succeeded' });
    await press('Partial');
    await press('more pages than the recipe reads');
    expect(page.texts('td[data-column=state]')).toHaveLength(1);
  });
});
