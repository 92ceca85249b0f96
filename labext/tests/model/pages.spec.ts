import { beforeEach, describe, expect, it, vi } from 'vitest';

import { Pages } from '../../src/model/pages';

interface Row {
  readonly id: string;
  readonly state: string;
}

const SIZE = 2;
let all: Row[];
let asked: (string | undefined)[];
let trouble: Error | null;
let pages: Pages<Row>;
const changed = vi.fn();

/** The place of the row after which a page begins is the cursor, as an id tells it. */
function get(
  after: string | undefined
): Promise<{ items: Row[]; next: string | null }> {
  asked.push(after);
  if (trouble) {
    return Promise.reject(trouble);
  }
  const from = after === undefined ? 0 : all.findIndex(row => row.id === after) + 1;
  const items = all.slice(from, from + SIZE);
  const isLast = from + SIZE >= all.length;
  return Promise.resolve({ items, next: isLast ? null : (items.at(-1)?.id ?? null) });
}

function ids(): string {
  return (pages.sheets ?? []).flatMap(sheet => sheet.rows.map(row => row.id)).join('');
}

beforeEach(() => {
  all = ['a', 'b', 'c', 'd', 'e', 'f'].map(id => ({ id, state: '' }));
  asked = [];
  trouble = null;
  changed.mockClear();
  const [id, version] = [(row: Row) => row.id, (row: Row) => row.state];
  pages = new Pages({ get, id, version, changed });
});

describe('a list in pages', () => {
  it('keeps what it has when a question has no answer, and says why', async () => {
    await pages.refresh();
    trouble = new Error('away');
    await pages.more();
    expect([ids(), pages.problem, pages.isBusy]).toEqual(['ab', 'away', false]);
    trouble = null;
    await pages.more();
    expect([ids(), pages.problem]).toEqual(['abcd', '']);
  });

  it('asks for one page after another, until there are no more', async () => {
    await pages.refresh();
    await pages.more();
    await pages.more();
    expect([ids(), pages.hasMore]).toEqual(['abcdef', false]);
    await pages.more();
    expect(asked).toEqual([undefined, 'b', 'd']);
  });

  it('asks again for what is in sight only, and keeps the pages that are as they were', async () => {
    await pages.refresh();
    await pages.more();
    await pages.more();
    const before = pages.sheets ?? [];
    pages.see(1, 1);
    all = all.map(row => (row.id === 'c' ? { ...row, state: 'ok' } : row));
    await pages.refresh();
    expect(asked.slice(3)).toEqual(['b']);
    expect(pages.sheets?.[1]?.rows[0]?.state).toBe('ok');
    expect(pages.sheets?.[2]).toBe(before[2]);
    pages.see(0, 0);
    await pages.refresh();
    expect(pages.sheets?.[0]).toBe(before[0]);
  });

  it('loses no row and tells none twice when rows come between', async () => {
    await pages.refresh();
    await pages.more();
    await pages.more();
    all.splice(1, 0, { id: 'x', state: '' });
    await pages.refresh();
    expect(ids()).toBe('ax');
    await pages.more();
    await pages.more();
    await pages.more();
    expect(ids()).toBe('axbcdef');
  });

  it('shortens when rows go', async () => {
    await pages.refresh();
    await pages.more();
    pages.see(0, 1);
    all = all.slice(0, 1);
    await pages.refresh();
    expect([ids(), pages.hasMore]).toEqual(['a', false]);
  });

  it('forgets an answer that was asked for before it started anew', async () => {
    await pages.refresh();
    const late = pages.more();
    const restart = pages.restart();
    await Promise.all([late, restart]);
    expect(ids()).toBe('ab');
  });

  it('asks once more for whoever asked while it was busy', async () => {
    const first = pages.refresh();
    await pages.refresh();
    await first;
    await vi.waitFor(() => {
      expect(asked).toHaveLength(2);
    });
  });
});
