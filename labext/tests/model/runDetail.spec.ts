import { describe, expect, it, vi } from 'vitest';

import { ApiError } from '../../src/api/error';
import { eventOf, line, metric, runOf } from '../events';
import { detailOf, fakeApi, FakeSession, type Has, settle } from '../page/fake';

const loss = { name: 'loss', steps: [1], values: [9], times: [0], points: 1 };
const queued = eventOf('run_queued', 1, { owner: 'sara' });

function has(): Has {
  return { run: runOf(), series: [loss], lines: [line(5)], events: [queued] };
}

describe('a run in full', () => {
  it('is what the server has and what is told after it', async () => {
    const { detail, session } = await detailOf(fakeApi(has()));
    session.told.emit([
      metric(11, 2, { loss: 8 }),
      eventOf('log_written', 12, { level: 'info', text: 'next' }),
      eventOf('attempt_started', 13, { worker: 'w0' }),
      { ...metric(14, 3, { loss: 1 }), run_id: 'another' }
    ]);
    expect(detail.phase).toBe('ready');
    expect(detail.series.curves['loss']?.values).toEqual([9, 8]);
    expect(detail.logs.shown.map(one => one.seq)).toEqual([5, 12]);
    expect(detail.story.map(event => event.seq)).toEqual([1, 13]);
  });

  it('misses nothing that is told while the server is asked', async () => {
    const session = new FakeSession();
    const waiting = detailOf(fakeApi(has()), session);
    session.told.emit([line5(), metric(11, 2, { loss: 8 })]);
    const { detail } = await waiting;
    expect(detail.series.curves['loss']?.values).toEqual([9, 8]);
    expect(detail.logs.shown.map(one => one.seq)).toEqual([5]);
  });

  it('asks again after a broken connection, for what was missed', async () => {
    const server = has();
    const api = fakeApi(server);
    const { detail, session } = await detailOf(api);
    session.setLink('reconnecting');
    server.lines = [line(5), line(20), line(21)];
    server.series = [{ ...loss, values: [3] }];
    session.setLink('live');
    session.told.emit([eventOf('log_written', 22, { level: 'info', text: 'x' })]);
    await settle();
    expect(detail.logs.shown.map(one => one.seq)).toEqual([5, 20, 21, 22]);
    expect(detail.series.curves['loss']?.values).toEqual([3]);
    expect(vi.mocked(api.logs)).toHaveBeenLastCalledWith('r1', {
      after: 5,
      limit: 10_000
    });
  });

  it('tells a run that never was from one that is gone and one that could not be had', async () => {
    const api = fakeApi(has());
    vi.mocked(api.run).mockRejectedValue(
      new ApiError(404, 'not_found', 'No such run.')
    );
    expect((await detailOf(api)).detail.phase).toBe('missing');
    const session = new FakeSession();
    session.learn([runOf()]);
    expect((await detailOf(api, session)).detail.phase).toBe('deleted');
    vi.mocked(api.run).mockRejectedValue(
      new ApiError(503, 'server_unavailable', 'Full.')
    );
    const { detail } = await detailOf(api);
    expect([detail.phase, detail.problem]).toEqual(['failed', 'Full.']);
    vi.mocked(api.run).mockResolvedValue(runOf());
    await detail.load();
    expect(detail.phase).toBe('ready');
  });

  it('is kept as it was when it is deleted, and is watched no more when it is closed', async () => {
    const { detail, session } = await detailOf(fakeApi(has()));
    session.told.emit([eventOf('run_deleted', 30, {})]);
    expect([detail.phase, detail.run?.name]).toEqual(['deleted', 'first try']);
    detail.dispose();
    expect(session.watched).toBe(0);
  });
});

function line5(): ReturnType<typeof eventOf<'log_written'>> {
  return eventOf('log_written', 5, { level: 'info', text: 'line 5' });
}
