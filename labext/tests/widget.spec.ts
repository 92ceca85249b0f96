import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { Format } from '../src/text/format';
import { language } from '../src/widget/i18n';
import { pick } from '../src/charts/pick';
import { createButtons } from '../src/widget/buttons';
import { attemptText } from '../src/widget/notes';
import { Store } from '../src/widget/store';
import type { LogLine, Snapshot } from '../src/widget/types';

const english = new Format(language('en'));
const persian = new Format(language('fa-IR'));

describe('Format', () => {
  it('gives numbers as many digits as one can use', () => {
    expect(english.number(0.123456)).toBe('0.1235');
    expect(english.number(1234567)).toBe('1,234,567');
    expect(english.number(0.00001914)).toBe('1.91E-5');
    expect(persian.number(1234)).toBe('۱٬۲۳۴');
  });

  it('tells memory in the unit that fits, as the Hub does', () => {
    expect(english.metric('memory', 536_870_912)).toBe('537 MB');
    expect(english.metric('peak_memory', 1_654_321_000)).toBe('1.65 GB');
    expect(english.metric('bytes_per_s', 900)).toBe('900 byte');
    expect(persian.metric('memory', 536_870_912)).toBe('۵۳۷ مگابایت');
    expect(persian.figure('size_bytes', 0)).toBe('۰ بایت');
    expect(english.metric('memory_use', 1234)).toBe('1,234');
  });

  it('says 100 % only of the whole', () => {
    expect(english.percent(0.9999)).toBe('99%');
    expect(english.percent(1)).toBe('100%');
  });

  it('tells lengths of time in two units', () => {
    expect(english.duration(0.2)).toBe('0 sec');
    expect(english.duration(3725)).toBe('1 hr 2 min');
    expect(english.duration(3600)).toBe('1 hr');
    expect(persian.duration(65)).toBe('۱ دقیقه و ۵ ثانیه');
  });

  it('counts things, and bytes in the unit that fits', () => {
    expect(english.count(1, 'step')).toBe('1 step');
    expect(english.countOf(3, 10, 'batch')).toBe('3 of 10 batches');
    expect(english.count(66_700_000, 'byte')).toBe('66.7 MB');
    expect(persian.count(3, 'step')).toBe('۳ گام');
  });
});

describe('attemptText', () => {
  const interrupted = (retry_at: string | null): Snapshot =>
    ({
      run: { attempt: 1, max_attempts: 3, state: 'interrupted', retry_at }
    }) as unknown as Snapshot;
  const voice = { language: language('en'), format: english };

  it('says that a run goes on by itself only where it does', () => {
    expect(attemptText(voice, interrupted('1970-01-01T00:01:00Z'), 0)).toBe(
      'Attempt 1 of 3 · goes on in 1 min'
    );
    expect(attemptText(voice, interrupted(null), 0)).toBe(
      'Attempt 1 of 3 · waits for somebody to resume it'
    );
  });
});

describe('pick', () => {
  const points = { steps: [1], values: [1] };
  const shown = (...names: string[]): string[] =>
    pick(Object.fromEntries(names.map(name => [name, points])))
      .filter(choice => choice.shown)
      .map(choice => `${choice.name}:${choice.side}`);

  it('shows losses and scores, and leaves the rest to the legend', () => {
    expect(shown('epoch', 'accuracy', 'val_loss', 'loss', 'learning_rate')).toEqual([
      'loss:loss',
      'val_loss:loss',
      'accuracy:score'
    ]);
  });

  it('shows two others where there is neither', () => {
    expect(shown('epoch', 'rows', 'pages', 'errors_seen')).toEqual([
      'rows:other',
      'pages:other'
    ]);
  });
});

describe('Store', () => {
  const line = (seq: number): LogLine => ({
    seq,
    at: '2026-01-01T00:00:00Z',
    level: 'info',
    text: String(seq),
    worker: ''
  });
  const first = { rev: 4, series: {}, logs: [line(1)] } as unknown as Snapshot;

  it('appends changes in order, and never writes to the snapshot', () => {
    const store = new Store(first);
    const points = { loss: { steps: [1], values: [0.5] } };
    expect(store.apply({ rev: 5, points, logs: [line(2)], dropped: 3 })).toBe(true);
    expect(store.shown.series).toEqual(points);
    expect(store.shown.logs.map(each => each.seq)).toEqual([1, 2]);
    expect(store.shown.dropped).toBe(3);
    expect(first.logs).toHaveLength(1);
  });

  it('asks for the snapshot when a change was missed, and takes none twice', () => {
    const store = new Store(first);
    expect(store.apply({ rev: 4, logs: [line(9)] })).toBe(true);
    expect(store.shown.logs).toHaveLength(1);
    expect(store.apply({ rev: 6 })).toBe(false);
    store.replace({ ...first, rev: 3, logs: [] });
    expect(store.shown.rev).toBe(4);
  });
});

describe('createButtons', () => {
  const shown = {
    run: { name: 'mine', state: 'running', cancel_requested: false },
    link: 'live',
    notice: '',
    answers: 0
  } as unknown as Snapshot;

  beforeEach(() => {
    vi.useFakeTimers();
  });

  afterEach(() => {
    vi.useRealTimers();
  });

  function pressed() {
    const carried: string[] = [];
    const buttons = createButtons(
      { language: language('en'), format: english },
      (_, id) => carried.push(id)
    );
    buttons.draw(shown, 0);
    const cancel = buttons.node.querySelector<HTMLElement>('[data-press=cancel]');
    cancel?.click();
    return { buttons, carried, cancel };
  }

  it('carries a press again, with longer and longer pauses, until it is heard', () => {
    const { buttons, carried } = pressed();
    expect(carried).toHaveLength(1);
    vi.advanceTimersByTime(4000);
    expect(buttons.node.textContent).toContain('may be busy');
    vi.advanceTimersByTime(8000);
    expect(carried).toHaveLength(3);
    expect(new Set(carried).size).toBe(1);
    buttons.heard();
    expect(buttons.node.textContent).not.toContain('may be busy');
    vi.advanceTimersByTime(60_000);
    expect(carried).toHaveLength(3);
  });

  it('lets go of a press when its kernel has gone', () => {
    const { buttons, carried, cancel } = pressed();
    expect(cancel?.textContent).toContain('Cancelling');
    buttons.draw({ ...shown, link: 'closed' }, 0);
    expect(cancel?.textContent).toBe('Cancel');
    vi.advanceTimersByTime(60_000);
    expect(carried).toHaveLength(1);
  });
});
