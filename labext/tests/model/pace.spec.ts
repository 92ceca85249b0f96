import { describe, expect, it } from 'vitest';

import type { Run } from '../../src/api/types';
import { Paces } from '../../src/model/pace';
import { anEvent, aRun, at } from '../support/runs';

const run = aRun(0, {
  state: 'running',
  progress: { done: 10, total: 30, unit: '', message: '' }
});
const find = (): Run => run;

function progress(seq: number, done: number): ReturnType<typeof anEvent> {
  return anEvent('progress_reported', run.id, seq, {
    progress: { done, total: 30, unit: '', message: '' }
  });
}

describe('the pace of a run', () => {
  it('is not known before it has come anywhere', () => {
    expect(new Paces().of(run)).toEqual({ rate: null, leftS: null });
  });

  it('is taken from what was reported, by the clock of the worker', () => {
    const paces = new Paces();
    paces.hear([progress(2, 4), progress(4, 8), progress(5, 10)], find);
    expect(paces.of(run)).toEqual({ rate: 2, leftS: 10 });
  });

  it('is not lost when something is saved or said', () => {
    const paces = new Paces();
    const between = anEvent('artifact_saved', run.id, 5, {});
    paces.hear([progress(2, 4), progress(5, 10), between], find);
    expect(paces.of(run).rate).toBe(2);
  });

  it('begins anew with the next attempt', () => {
    const paces = new Paces();
    paces.hear([progress(5, 10)], find);
    paces.hear([anEvent('run_interrupted', run.id, 6, {})], find);
    expect(paces.of(run).rate).toBeNull();
  });

  it('follows the last half minute', () => {
    const paces = new Paces();
    const slow = { ...run, started_at: at(0) };
    paces.hear([progress(100, 1), progress(110, 2), progress(140, 8)], () => slow);
    expect(paces.of(run).rate).toBeCloseTo(0.2);
  });
});
