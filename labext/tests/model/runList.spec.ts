import { beforeEach, describe, expect, it, vi } from 'vitest';

import { ALL_RUNS, RunList } from '../../src/model/runList';
import { Session } from '../../src/model/session';
import { anEvent, aRun, queued } from '../support/runs';
import { fakeSettings, FakeServer, settle, socket } from '../support/server';

let server: FakeServer;
let session: Session;
let list: RunList;

beforeEach(() => {
  server = new FakeServer();
  session = new Session(server.api, fakeSettings());
  list = new RunList(server.api, session);
});

async function connect(runs: ReturnType<typeof aRun>[]): Promise<void> {
  server.runs = runs;
  await session.connect();
  socket().open(Math.max(0, ...runs.map(run => run.seq)));
}

function ids(): string[] {
  return list.rows.map(run => run.id.replace('run-', ''));
}

function many(count: number): ReturnType<typeof aRun>[] {
  return Array.from({ length: count }, (_, at) => aRun(at + 1));
}

describe('the list', () => {
  it('is loading until the page is connected', async () => {
    expect(list.phase).toBe('loading');
    await connect([]);
    expect(list.phase).toBe('ready');
    expect(list.rows).toEqual([]);
  });

  it('has what runs first, then what waits, then the latest', async () => {
    await connect([
      aRun(1, { state: 'running' }),
      aRun(2, { state: 'queued' }),
      aRun(3),
      aRun(4, { state: 'interrupted' }),
      aRun(5)
    ]);
    expect(ids()).toEqual(['1', '4', '2', '5', '3']);
  });

  it('takes in what is launched, and drops what is deleted', async () => {
    await connect([aRun(1)]);
    const run = aRun(2, { state: 'queued' });
    socket().say({ type: 'events', items: [queued(run)] });
    expect(ids()).toEqual(['2', '1']);
    socket().say({ type: 'events', items: [anEvent('run_deleted', 'run-1', 9)] });
    expect(ids()).toEqual(['2']);
  });

  it('loads older pages, one at a time, until there are none', async () => {
    await connect(many(120));
    expect(list.rows.length).toBe(50);
    await Promise.all([list.loadMore(), list.loadMore()]);
    expect(list.rows.length).toBe(100);
    await list.loadMore();
    await list.loadMore();
    expect(list.rows.length).toBe(120);
    expect(list.hasMore).toBe(false);
    expect(ids().slice(-1)).toEqual(['1']);
  });

  it('keeps its rows where an older page cannot be had, and tries again', async () => {
    await connect(many(60));
    server.trouble = new Error('away');
    await list.loadMore();
    expect(list.phase).toBe('ready');
    expect(list.problem).toBe('away');
    server.trouble = null;
    list.retry();
    await settle();
    expect(list.problem).toBe('');
    expect(list.rows.length).toBe(60);
  });
});

describe('a filter', () => {
  it('asks the server, and shows at once what the page knows', async () => {
    await connect([aRun(1, { state: 'failed' }), ...many(80).slice(1)]);
    list.setFilter({ ...ALL_RUNS, search: 'primes 80' });
    expect(ids()).toEqual(['80']);
    list.setFilter({ ...ALL_RUNS, state: 'failed' });
    expect(list.isAsking).toBe(true);
    await settle();
    expect(ids()).toEqual(['1']);
  });

  it('lets in what comes to match, and out what does not any more', async () => {
    await connect([aRun(1, { state: 'running' })]);
    list.setFilter({ ...ALL_RUNS, state: 'cancelled' });
    await settle();
    expect(ids()).toEqual([]);
    socket().say({ type: 'events', items: [anEvent('run_cancelled', 'run-1', 9)] });
    expect(ids()).toEqual(['1']);
  });

  it('that is taken away again shows also what has ended meanwhile', async () => {
    await connect([aRun(1)]);
    const run = aRun(2, { state: 'queued' });
    const done = anEvent('run_cancelled', run.id, 3);
    socket().say({ type: 'events', items: [queued(run), done] });
    list.setFilter({ ...ALL_RUNS, search: 'nothing' });
    await settle();
    list.setFilter(ALL_RUNS);
    await settle();
    expect(ids()).toEqual(['2', '1']);
  });

  it('takes the answer to the last question only', async () => {
    await connect(many(3));
    list.setFilter({ ...ALL_RUNS, search: '1' });
    list.setFilter({ ...ALL_RUNS, search: '2' });
    await settle();
    expect(ids()).toEqual(['2']);
  });

  it('that could not be asked for is asked again when the server is back', async () => {
    vi.useFakeTimers();
    await connect([aRun(1)]);
    server.trouble = new Error('away');
    list.setFilter({ ...ALL_RUNS, state: 'failed' });
    await settle();
    expect(list.phase).toBe('failed');
    server.trouble = null;
    socket().break();
    await vi.advanceTimersByTimeAsync(1000);
    socket().open(1);
    await settle();
    expect(list.phase).toBe('ready');
    vi.useRealTimers();
  });
});
