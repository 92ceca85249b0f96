import { nullTranslator } from '@jupyterlab/translation';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { Run } from '../../src/api/types';
import { Endings, type Ended, type Seen } from '../../src/model/endings';
import { KindBook } from '../../src/model/kindBook';
import { Session } from '../../src/model/session';
import { endedWords } from '../../src/text/endings';
import { ErrorVoice } from '../../src/text/errors';
import { createFormat } from '../../src/text/language';
import type { ILabpool } from '../../src/tokens';
import { anEvent, aRun, at, queued } from '../support/runs';
import { fakeSettings, FakeServer, settle, socket } from '../support/server';

let server: FakeServer;
let session: Session;
let told: Ended[];
let kept: Seen | null;

async function open(...runs: Run[]): Promise<void> {
  server = new FakeServer();
  session = new Session(server.api, fakeSettings());
  told = [];
  const memory = {
    read: () => kept,
    write: (seen: Seen) => {
      kept = seen;
    }
  };
  new Endings(server.api, session, memory).ended.connect((_, ended) =>
    told.push(ended)
  );
  server.runs = runs;
  await session.connect();
  socket().open(Math.max(0, ...runs.map(run => run.seq)));
  await settle();
}

const words = (): string[] => {
  const trans = nullTranslator.load('labpool');
  const format = createFormat(nullTranslator);
  const kinds = new KindBook(server.api, session, format);
  const errors = new ErrorVoice(trans, format);
  return told.map(
    ended =>
      endedWords(ended, { trans, format, session, kinds, errors } as ILabpool).text
  );
};
const now = (seconds = 0): string =>
  new Date(Date.now() + seconds * 1000).toISOString();
const plain = (texts: string[]): string[] =>
  texts.map(text => text.replace(/[\u2066-\u2069]/g, ''));

beforeEach(() => {
  kept = null;
});

afterEach(() => {
  session.dispose();
});

describe('a page tells', () => {
  it('nothing of what was over before anybody was here', async () => {
    await open(aRun(1), aRun(2, { state: 'failed' }));
    expect(told).toEqual([]);
  });

  it('of a run that ends, with its kind and the reason', async () => {
    await open(aRun(1, { state: 'running', ended_at: null }));
    const error = {
      code: 'job_error',
      message: 'No such file\nTraceback',
      details: {}
    };
    socket().say({
      type: 'events',
      items: [anEvent('run_failed', 'run-1', 9, { at: now(), error })]
    });
    expect(plain(words())).toEqual([
      '“Primes 1” (Count primes) has failed: No such file'
    ]);
  });

  it('of items that failed, and does not call that a success', async () => {
    await open(aRun(1, { state: 'running', ended_at: null }));
    const result = { items: 40, ok: 37, partial: 1, failed: 2 };
    socket().say({
      type: 'events',
      items: [anEvent('run_succeeded', 'run-1', 9, { at: now(), result })]
    });
    expect(plain(words())).toEqual([
      '“Primes 1” (Count primes) has ended: 3 of 40 items failed or are not whole.'
    ]);
  });

  it('of a run that waits for a person', async () => {
    await open(aRun(1, { state: 'running', ended_at: null }));
    const error = {
      code: 'server_stopped',
      message: 'The server stopped.',
      details: {}
    };
    const more = { at: now(), error, retry_at: null, counts: true };
    socket().say({
      type: 'events',
      items: [anEvent('run_interrupted', 'run-1', 9, more)]
    });
    expect(plain(words())[0]).toContain('waits for you to resume it: The server');
  });

  it('of many together once, by their number', async () => {
    const runs = [1, 2, 3].map(n => aRun(n, { state: 'running', ended_at: null }));
    await open(...runs);
    const end = (n: number, type: 'run_succeeded' | 'run_failed'): object =>
      anEvent(type, `run-${n.toString()}`, 9 + n, {
        at: now(),
        result: null,
        error: { code: 'x', message: 'x', details: {} }
      });
    socket().say({
      type: 'events',
      items: [end(1, 'run_succeeded'), end(2, 'run_succeeded'), end(3, 'run_failed')]
    } as never);
    expect(words()).toEqual(['3 runs have ended: 2 succeeded, 1 failed.']);
  });
});

describe('after a time away it tells once', () => {
  it('of the runs that ended meanwhile, and of nothing older', async () => {
    await open(aRun(1), aRun(2, { state: 'running', ended_at: null }));
    session.dispose();
    const failed = aRun(2, { state: 'failed', ended_at: at(100) });
    await open(
      aRun(1),
      failed,
      aRun(3, { ended_at: at(101) }),
      aRun(4, { state: 'cancelled', ended_at: at(102) })
    );
    expect(words()).toEqual([
      'While you were away, 2 runs have ended: 1 succeeded, 1 failed.'
    ]);
    session.dispose();
    await open(aRun(1), failed, aRun(3, { ended_at: at(101) }));
    expect(told).toEqual([]);
  });

  it('also of one that is on no page of the list any more', async () => {
    kept = { at: at(50), active: ['run-1'] };
    await open(aRun(9));
    expect(server.asked).toContain('run run-1');
  });

  it('of what comes late over a connection that was broken', async () => {
    await open(aRun(1, { state: 'running', ended_at: null }));
    const items = [
      queued(aRun(2, { created_at: now(-3600) })),
      anEvent('run_succeeded', 'run-1', 9, { at: now(-600), result: null })
    ];
    socket().say({ type: 'events', items });
    expect(words()).toEqual(['While you were away, 1 run has ended: 1 succeeded.']);
  });
});
