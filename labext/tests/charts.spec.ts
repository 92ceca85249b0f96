import { describe, expect, it } from 'vitest';

import { rangeOf } from '../src/charts/chart';

describe('the range of a scale', () => {
  it('of shares ends at the whole', () => {
    expect(rangeOf('score', 1, 1)).toEqual([0.9, 1]);
    expect(rangeOf('score', 0.5, 1)).toEqual([0.45, 1]);
    expect(rangeOf('score', 0.2, 0.2)).toEqual([0, 1]);
  });

  it('of one value is around it, and of none at all begins with it', () => {
    expect(rangeOf('other', 0, 0)).toEqual([0, 1]);
    expect(rangeOf('other', 40, 40)).toEqual([36, 44]);
    expect(rangeOf('other', -40, -40)).toEqual([-44, -36]);
    expect(rangeOf('loss', null, null)).toEqual([0, 1]);
  });

  it('has all its values in it, and none below nothing where no value is', () => {
    for (const [low, high] of [
      [0, 100],
      [3, 4],
      [-2, 5],
      [0.001, 0.002],
      [1.2, 1.9]
    ] as const) {
      for (const side of ['loss', 'score', 'other'] as const) {
        const [from, to] = rangeOf(side, low, high);
        expect(from).toBeLessThanOrEqual(low);
        expect(to).toBeGreaterThanOrEqual(high);
        expect((from ?? 0) < 0).toBe(low < 0);
      }
    }
  });
});
