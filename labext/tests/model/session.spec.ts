import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { ApiError } from '../../src/api/error';
import { Session } from '../../src/model/session';
import { anEvent, aPool, aRun, queued } from '../support/runs';
import {
  connections,
  fakeSettings,
  FakeServer,
  settle,
  socket
} from '../support/server';

let server: FakeServer;
let session: Session;

beforeEach(() => {
  vi.useFakeTimers();
  server = new FakeServer();
  session = new Session(server.api, fakeSettings());
});

afterEach(() => {
  session.dispose();
  vi.useRealTimers();
});

async function connect(...runs: ReturnType<typeof aRun>[]): Promise<void> {
  server.runs = runs;
  await session.connect();
  socket().open(Math.max(0, ...runs.map(run => run.seq)));
}

describe('a page connects', () => {
  it('with one request and one socket, after the last event that it has', async () => {
    await connect(aRun(3), aRun(7));
    expect(server.asked).toEqual(['runs ']);
    expect(connections()).toBe(1);
    expect(socket().asked('after')).toBe('7');
    expect(session.link).toBe('live');
  });

  it('and connects once only', async () => {
    await Promise.all([session.connect(), session.connect()]);
    expect(connections()).toBe(1);
  });

  it('and learns of runs that are older than its first page', async () => {
    await session.connect();
    socket().open(9, [aRun(1, { state: 'running' })]);
    expect(session.active.map(run => run.id)).toEqual(['run-1']);
  });

  it('and takes the pool as it is told', async () => {
    await connect();
    expect(session.pool).toBeNull();
    socket().say({ type: 'pool', pool: aPool(), alerts: [] });
    expect(session.pool?.workers.length).toBe(2);
  });
});

describe('what is told', () => {
  it('is folded into the runs', async () => {
    await connect();
    const run = aRun(1, { state: 'queued', attempt: 0 });
    socket().say({
      type: 'events',
      items: [
        queued(run),
        anEvent('attempt_assigned', run.id, 2, { workers: ['w0'] }),
        anEvent('attempt_started', run.id, 3, { worker: 'w0' })
      ]
    });
    expect(session.run(run.id)).toMatchObject({
      state: 'running',
      workers: ['w0'],
      seq: 3
    });
  });

  it('is left out where a newer answer has it already', async () => {
    await connect(aRun(5, { state: 'cancelled', seq: 9 }));
    const changed = vi.fn();
    session.runsChanged.connect(changed);
    socket().say({ type: 'events', items: [anEvent('attempt_started', 'run-5', 8)] });
    expect(session.run('run-5')?.state).toBe('cancelled');
    expect(changed).not.toHaveBeenCalled();
  });

  it('removes what is deleted', async () => {
    await connect(aRun(5));
    socket().say({ type: 'events', items: [anEvent('run_deleted', 'run-5', 8)] });
    expect(session.run('run-5')).toBeNull();
  });

  it('of an old run that goes on, makes the page ask for it', async () => {
    await connect();
    server.runs = [aRun(1, { state: 'queued', seq: 8 })];
    socket().say({
      type: 'events',
      items: [anEvent('run_requeued', 'run-1', 8, { reason: 'resumed' })]
    });
    await settle();
    expect(session.active.map(run => run.id)).toEqual(['run-1']);
  });
});

describe('when the connection breaks', () => {
  it('the page connects again after the last event that it heard', async () => {
    await connect(aRun(5, { state: 'running' }));
    socket().say({ type: 'events', items: [anEvent('cancel_requested', 'run-5', 11)] });
    socket().break();
    expect(session.link).toBe('reconnecting');
    await vi.advanceTimersByTimeAsync(1000);
    expect(connections()).toBe(2);
    expect(socket().asked('after')).toBe('11');
    socket().open(11);
    socket().say({ type: 'events', items: [anEvent('run_cancelled', 'run-5', 12)] });
    expect(session.link).toBe('live');
    expect(session.run('run-5')?.state).toBe('cancelled');
  });

  it('and too much was missed, what the page has is asked for anew', async () => {
    await connect(aRun(5));
    const restarted = vi.fn();
    session.restarted.connect(restarted);
    server.runs = [aRun(6)];
    socket().break();
    await vi.advanceTimersByTimeAsync(1000);
    socket().open(20_000, [], false);
    await settle();
    expect(session.run('run-5')).toBeNull();
    expect(session.run('run-6')).not.toBeNull();
    expect(restarted).toHaveBeenCalledOnce();
  });

  it('what is watched is told again', async () => {
    await connect(aRun(5));
    const watch = session.watch('run-5');
    socket().break();
    await vi.advanceTimersByTimeAsync(1000);
    expect(socket().asked('watch')).toBe('run-5');
    socket().say({ type: 'watching', run_ids: ['run-5'] });
    await expect(watch.heard).resolves.toBeUndefined();
  });
});

describe('a server that cannot be had', () => {
  it.each([
    [new ApiError(404, '', 'Not Found'), 'missing'],
    [new ApiError(403, '', 'Forbidden'), 'refused'],
    [new ApiError(503, 'not_started', 'The store is locked.'), 'failed']
  ])('is told apart: %s', async (error, link) => {
    server.trouble = error;
    await session.connect();
    expect(session.link).toBe(link);
    expect(connections()).toBe(0);
  });

  it.each([new TypeError('Failed to fetch'), new ApiError(502, '', 'Bad Gateway')])(
    'for now is asked again, and the mark stays until it answers: %s',
    async error => {
      const links: string[] = [];
      session.linkChanged.connect((_, link) => links.push(link));
      server.trouble = error;
      await session.connect();
      await vi.advanceTimersByTimeAsync(7000);
      server.trouble = null;
      await vi.advanceTimersByTimeAsync(3000);
      socket().open(0);
      expect(links).toEqual(['connecting', 'reconnecting', 'live']);
    }
  );
});
