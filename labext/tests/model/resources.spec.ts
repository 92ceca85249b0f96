import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { Resources } from '../../src/model/resources';
import { Session } from '../../src/model/session';
import { aDownload, anAsset, anEntry } from '../support/resources';
import { anEvent, aRun, queued } from '../support/runs';
import { fakeSettings, FakeServer, settle, socket } from '../support/server';

const ALL = ['assets ', 'catalog datasets', 'catalog models', 'totals'];
const progress = { done: 5, total: 9, unit: 'byte', message: '' };

let server: FakeServer;
let session: Session;
let resources: Resources;
let changes: number;

beforeEach(async () => {
  server = new FakeServer();
  server.entries = [anEntry('a'), anEntry('b'), anEntry('c', { kind: 'dataset' })];
  server.assets = [anAsset(1)];
  session = new Session(server.api, fakeSettings());
  await session.connect();
  resources = new Resources(server.api, session);
  socket().open(0);
  await settle();
  changes = 0;
  resources.changed.connect(() => (changes += 1));
});

afterEach(() => {
  resources.dispose();
  session.dispose();
});

/** What was asked since this was called last. */
function asked(): string[] {
  return server.asked.splice(0).sort();
}

function tell(...items: Parameters<typeof anEvent>[]): void {
  socket().say({ type: 'events', items: items.map(item => anEvent(...item)) });
}

async function download(id: string): Promise<void> {
  const run = aDownload(1, id, { state: 'queued', seq: 1 });
  socket().say({ type: 'events', items: [queued(run)] });
  const worker = { workers: ['w'], worker: 'w' };
  tell(['attempt_assigned', run.id, 2, worker], ['attempt_started', run.id, 3, worker]);
  await settle();
}

it('asks for everything once when it opens', () => {
  expect(asked()).toEqual([...ALL, 'runs '].sort());
  expect(resources.catalog.value?.items.map(item => item.id)).toEqual(['a', 'b', 'c']);
  expect(resources.totals.value?.count).toBe(1);
});

describe('a download', () => {
  beforeEach(async () => {
    asked();
    await download('a');
  });

  const status = (id: string): string =>
    resources.stand(resources.entry(id) ?? anEntry(id)).status;

  it('is seen without a question, and its progress redraws nothing', async () => {
    expect([status('a'), status('b')]).toEqual(['downloading', 'absent']);
    const before = changes;
    tell(['progress_reported', 'run-1', 4, { progress }]);
    await settle();
    expect(session.run('run-1')?.progress).toEqual(progress);
    expect(changes).toBe(before);
    expect(asked()).toEqual([]);
  });

  it('that ends has everything asked for again, once', async () => {
    tell(['run_succeeded', 'run-1', 5, { result: {} }]);
    expect(status('a')).toBe('ready');
    await settle();
    expect(asked()).toEqual(ALL);
    tell(['run_deleted', 'run-1', 6]);
    await settle();
    expect(asked()).toEqual([]);
  });

  it('that ends takes away what only its going on forbade', async () => {
    resources.setTrouble('b', { error: new Error('wait'), passes: true });
    resources.setTrouble('c', { error: new Error('never'), passes: false });
    tell(['run_cancelled', 'run-1', 5, { by: '' }]);
    await settle();
    expect(resources.trouble('b')).toBeUndefined();
    expect(resources.trouble('c')).toBeDefined();
  });

  it('that ends unseen is asked for when somebody looks', async () => {
    resources.setSeen(false);
    tell(['run_succeeded', 'run-1', 5, { result: {} }]);
    await settle();
    expect(asked()).toEqual([]);
    resources.setSeen(true);
    await settle();
    expect(asked()).toEqual(ALL);
  });
});

it('another run that ends may have left something', async () => {
  asked();
  session.learn([aRun(1, { state: 'running', kind: 'train', seq: 1 })]);
  tell(['run_succeeded', 'run-1', 5, { result: {} }]);
  await settle();
  expect(asked()).toEqual(['assets ', 'totals']);
  session.learn([aRun(2)]);
  await settle();
  expect(asked()).toEqual([]);
});

it('a connection that comes back has everything asked for again', async () => {
  asked();
  socket().break();
  resources.refresh();
  await settle();
  expect(asked()).toEqual([]);
  window.dispatchEvent(new Event('online'));
  socket().open(0);
  await settle();
  expect(asked()).toEqual(ALL);
});

it('what could not be had is said, and what was known stays', async () => {
  server.trouble = new Error('The disk is away.');
  resources.refresh();
  await settle();
  expect(resources.assets.problem).toBe('The disk is away.');
  expect(resources.assets.value?.items).toHaveLength(1);
  server.trouble = null;
  await resources.assets.ask();
  expect(resources.assets.problem).toBe('');
});

it('who asks while an answer is on its way has a newer one', async () => {
  asked();
  await Promise.all([
    resources.totals.ask(),
    resources.totals.ask(),
    resources.totals.ask()
  ]);
  expect(asked()).toEqual(['totals', 'totals']);
});
