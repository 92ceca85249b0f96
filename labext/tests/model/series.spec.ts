import { describe, expect, it } from 'vitest';

import { MetricSeries } from '../../src/model/series';
import { metric } from '../events';

const LOADED = [
  { name: 'loss', steps: [1, 2, 3], values: [9, 8, 7], times: [0, 0, 0], points: 3 }
];

describe('the metrics of a run', () => {
  it('go on from what the server has', () => {
    const series = new MetricSeries();
    series.load(LOADED, [metric(10, 3, { loss: 7 }), metric(11, 4, { loss: 6 })]);
    series.hear([metric(12, 5, { loss: 5, accuracy: 0.5 })]);
    expect(series.curves['loss']).toMatchObject({
      steps: [1, 2, 3, 4, 5],
      values: [9, 8, 7, 6, 5]
    });
    expect(series.curves['accuracy']).toMatchObject({ steps: [5], values: [0.5] });
  });

  it('stay in the order of their steps, and are overwritten by a later attempt', () => {
    const series = new MetricSeries();
    series.load(LOADED);
    series.hear([metric(20, 5, { loss: 5 }), metric(21, 4, { loss: 6 })]);
    series.hear([metric(30, 2, { loss: 1 })]);
    expect(series.curves['loss']).toMatchObject({
      steps: [1, 2, 3, 4, 5],
      values: [9, 1, 7, 6, 5]
    });
  });

  it('keep the later of two values, whichever comes first or twice', () => {
    const series = new MetricSeries();
    const [early, late] = [metric(5, 1, { loss: 2 }), metric(6, 1, { loss: 3 })];
    series.hear([late, early, late, early]);
    expect(series.curves['loss']).toMatchObject({ steps: [1], values: [3] });
  });

  it('tell only when there is something new', () => {
    const series = new MetricSeries();
    let told = 0;
    series.changed.connect(() => (told += 1));
    series.hear([]);
    series.hear([metric(1, 1, { loss: 1 }), metric(2, 2, { loss: 1 })]);
    expect(told).toBe(1);
  });

  it('are thinned out when they are many, and keep their peaks', () => {
    const series = new MetricSeries();
    const events = Array.from({ length: 13_000 }, (_, at) =>
      metric(at + 1, at, { loss: at === 6001 ? 99 : at % 7 })
    );
    series.hear(events);
    const loss = series.curves['loss'];
    expect(loss?.steps.length).toBeLessThan(6000);
    expect(loss?.steps[0]).toBe(0);
    expect(loss?.steps.at(-1)).toBe(12_999);
    expect(Math.max(...(loss?.values ?? []))).toBe(99);
  });
});
