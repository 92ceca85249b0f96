import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { ItemBook } from '../../src/model/itemBook';
import { eventOf } from '../events';
import { FakeServer, settle } from '../support/server';
import { aRecord, anItem } from '../support/work';

let server: FakeServer;
let book: ItemBook;

const progress = (unit: string): ReturnType<typeof eventOf> =>
  eventOf('progress_reported', 5, {
    worker: 'w0',
    progress: { done: 1, total: 2, unit, message: '' }
  });

beforeEach(() => {
  vi.useFakeTimers();
  server = new FakeServer();
  book = new ItemBook(server.api, 'r1');
});

afterEach(() => {
  book.dispose();
  vi.useRealTimers();
});

describe('the items of a run', () => {
  it('are not there where the server has none to count', async () => {
    server.trouble = new Error('no such route');
    await book.load();
    expect([book.counts, book.isThere]).toEqual([null, false]);
  });

  it('are not asked for by what a run of another kind tells', async () => {
    book.hear([progress('step')]);
    await settle();
    expect(server.asked).toEqual([]);
    book.hear([progress('item')]);
    await settle();
    expect(server.asked).toEqual(['counts']);
  });

  it('are asked for at most once a second, and once after the last word', async () => {
    server.work.items = [anItem(1)];
    await book.load();
    book.show('items');
    await settle();
    server.asked.length = 0;
    for (let word = 0; word < 20; word += 1) {
      book.hear([progress('item')]);
      await settle();
    }
    expect(server.asked.filter(one => one === 'counts')).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1000);
    expect(server.asked.filter(one => one === 'counts')).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(server.asked.filter(one => one === 'counts')).toHaveLength(2);
  });

  it('are asked for only while somebody looks at them', async () => {
    server.work.items = [anItem(1)];
    server.work.records = [aRecord(1)];
    const end = book.show('items');
    await settle();
    end();
    book.show('records');
    await settle();
    server.asked.length = 0;
    await book.load();
    expect(server.asked).toEqual(['counts', 'records   ']);
  });

  it('are not asked for once nobody has the page any more', async () => {
    book.dispose();
    book.hear([eventOf('run_succeeded', 9, {})]);
    await vi.advanceTimersByTimeAsync(5000);
    expect(server.asked).toEqual([]);
  });
});
