import { describe, expect, it } from 'vitest';

import type { Api } from '../../src/api/client';
import { LogBook } from '../../src/model/logBook';
import { linesBefore, linesBetween, logText } from '../../src/model/logPages';
import { eventOf, line } from '../events';

const seqs = (book: LogBook): number[] => book.shown.map(one => one.seq);

describe('a log book', () => {
  it('has each line once and in order, however they come', () => {
    const book = new LogBook();
    book.load([line(3), line(4)], true);
    book.add([line(4), line(5)]);
    book.add([line(8), line(6)]);
    book.add([line(7), line(3), line(7)]);
    expect(seqs(book)).toEqual([3, 4, 5, 6, 7, 8]);
  });

  it('takes the log lines out of what is told', () => {
    const book = new LogBook();
    book.hear([
      eventOf('attempt_started', 1, {}),
      eventOf('log_written', 2, { level: 'info', text: 'begins' })
    ]);
    expect(seqs(book)).toEqual([2]);
  });

  it('shows the lines from a level up that have a text in them', () => {
    const book = new LogBook();
    book.load(
      [line(1, 'Loss', 'debug'), line(2, 'loss', 'warning'), line(3, 'x', 'error')],
      true
    );
    book.setFilter({ level: 'warning', search: '' });
    expect(seqs(book)).toEqual([2, 3]);
    book.setFilter({ level: 'debug', search: ' LOSS ' });
    expect(seqs(book)).toEqual([1, 2]);
    book.add([line(4, 'a loss'), line(5, 'no match')]);
    expect([seqs(book), book.size]).toEqual([[1, 2, 4], 5]);
  });

  it('finds Persian words with either ye and ke', () => {
    const book = new LogBook();
    book.load([line(1, 'کاربر یکم')], true);
    book.setFilter({ level: 'debug', search: 'كاربر يكم' });
    expect(seqs(book)).toEqual([1]);
  });

  it('lets old lines go, but not from under somebody who reads them', () => {
    const book = new LogBook();
    const many = Array.from({ length: 12_000 }, (_, at) => line(at + 1));
    book.load([], true);
    book.hold(true);
    book.add(many);
    expect([book.size, book.isWhole]).toEqual([12_000, true]);
    book.hold(false);
    book.add([line(12_001)]);
    expect([book.size, book.isWhole, book.first?.seq]).toEqual([10_000, false, 2002]);
  });

  it('takes older lines before its own', () => {
    const book = new LogBook();
    book.load([line(5), line(6)], false);
    book.prepend([line(3), line(4), line(5)], true);
    expect([seqs(book), book.isWhole]).toEqual([[3, 4, 5, 6], true]);
  });
});

describe('the pages of a log', () => {
  const all = Array.from({ length: 30_000 }, (_, at) => line(3 * at + 1));
  const asked: number[] = [];
  const api = {
    logs: (_: string, { after = 0, limit = 1000 }) => {
      asked.push(after);
      const later = all.filter(one => one.seq > after);
      const items = later.slice(0, limit);
      const next = later.length > limit ? String(items.at(-1)?.seq) : null;
      return Promise.resolve({ items, next });
    }
  } as unknown as Api;

  it('are read from the end without reading all', async () => {
    const { lines, isWhole } = await linesBefore(api, 'r1', 90_001, 2000);
    expect(isWhole).toBe(false);
    expect(lines.length).toBeGreaterThanOrEqual(2000);
    expect(lines.length).toBeLessThan(12_000);
    expect(lines.at(-1)?.seq).toBe(89_998);
    expect(new Set(lines.map(one => one.seq)).size).toBe(lines.length);
  });

  it('end at the first line', async () => {
    const { lines, isWhole } = await linesBefore(api, 'r1', 100, 2000);
    expect([lines.length, isWhole]).toEqual([33, true]);
  });

  it('are read on and on for the whole log', async () => {
    asked.length = 0;
    expect(await linesBetween(api, 'r1', 0)).toHaveLength(30_000);
    expect(asked).toHaveLength(3);
  });

  it('become text', () => {
    expect(logText([line(1, 'begins', 'warning')])).toBe(
      '2026-01-01T00:00:00Z WARNING begins\n'
    );
  });
});
