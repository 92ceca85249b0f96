import { describe, expect, it } from 'vitest';

import type { RunEvent } from '../../src/api/types';
import { artifactsOf, attemptsOf, told } from '../../src/model/story';
import { eventOf } from '../events';

const error = { code: 'worker_lost', message: 'The worker went away.', details: {} };
const story = [
  eventOf('run_queued', 1, {}),
  eventOf('attempt_assigned', 2, { attempt: 1, workers: ['w0'] }),
  eventOf('attempt_started', 3, { attempt: 1, worker: 'w0', host: 'here', pid: 7 }),
  eventOf('artifact_saved', 4, { attempt: 1, name: 'a', size_bytes: 1 }),
  eventOf('artifact_saved', 5, { attempt: 1, name: 'b', size_bytes: 2 }),
  eventOf('run_interrupted', 6, { attempt: 1, error, retry_at: null, counts: true }),
  eventOf('run_requeued', 7, { attempt: 1, reason: 'retry' }),
  eventOf('attempt_assigned', 8, { attempt: 2, workers: ['w1'] }),
  eventOf('artifact_saved', 9, { attempt: 2, name: 'a', size_bytes: 3 }),
  eventOf('artifact_deleted', 10, { attempt: 2, name: 'b' }),
  eventOf('run_succeeded', 11, { attempt: 2, result: null })
];

describe('a story', () => {
  it('has each event once and in order, however they come', () => {
    const mixed = [...story].reverse().flatMap(event => [event, event]);
    const detail = eventOf('log_written', 12, { text: 'not told here' });
    expect(told(told([], mixed), [...story, detail])).toEqual(story);
  });

  it('stays the same thing where nothing is new', () => {
    const before = told([], story);
    expect(told(before, story)).toBe(before);
  });

  it('folds to attempts with the reason that each ended', () => {
    const attempts = attemptsOf(told([], story));
    expect(attempts.map(one => [one.number, one.workers, one.ending?.how])).toEqual([
      [1, ['w0'], 'interrupted'],
      [2, ['w1'], 'succeeded']
    ]);
    expect(attempts[0]).toMatchObject({ pid: 7, ending: { error } });
    expect(attempts[1]?.started).toBeNull();
  });

  it('does not say of an attempt that was over that it was cancelled', () => {
    const cancelled: RunEvent[] = [
      ...story.slice(0, 6),
      eventOf('run_cancelled', 7, { attempt: 1, by: 'sara' })
    ];
    expect(attemptsOf(told([], cancelled))[0]?.ending?.how).toBe('interrupted');
    const first = eventOf('run_cancelled', 2, { attempt: 0, by: 'sara' });
    expect(attemptsOf(told([], [...story.slice(0, 1), first]))).toEqual([]);
  });

  it('folds to the artifacts that are there, each as it was saved last', () => {
    expect(artifactsOf(told([], story)).map(one => [one.name, one.size_bytes])).toEqual(
      [['a', 3]]
    );
  });
});
