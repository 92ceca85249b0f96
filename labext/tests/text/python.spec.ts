import { describe, expect, it } from 'vitest';

import { python, pythonCall } from '../../src/text/python';
import { runOf } from '../events';

describe('a value as Python', () => {
  it('is written as Python writes it', () => {
    expect(python(null)).toBe('None');
    expect([python(true), python(false)]).toEqual(['True', 'False']);
    expect([python(3), python(-0.5), python(1e-7)]).toEqual(['3', '-0.5', '1e-7']);
    expect(python('it\'s "so"\n\\')).toBe('"it\'s \\"so\\"\\n\\\\"');
    expect(python(['a', 1, { deep: [null, {}] }])).toBe(
      '["a", 1, {"deep": [None, {}]}]'
    );
  });

  it('keeps Persian text, and shows what would turn the text around it', () => {
    expect(python('می‌خواهم')).toBe('"می‌خواهم"');
    expect(python('a\u202eb')).toBe('"a\\u202eb"');
  });

  it('has a line for each item where one line is too long', () => {
    expect(python({ words: 'x'.repeat(50), more: ['y'.repeat(40)] })).toBe(
      `{\n    "words": "${'x'.repeat(50)}",\n    "more": ["${'y'.repeat(40)}"],\n}`
    );
  });
});

describe('a run as Python', () => {
  it('is the call that launches it, without what goes without saying', () => {
    expect(
      pythonCall(runOf({ name: 'train r1', params: { epochs: 3, gpu: null } }))
    ).toBe('pool.submit("train", epochs=3, gpu=None)\n');
  });

  it('names what was chosen', () => {
    const run = runOf({ priority: 5, timeout_s: 60, tags: ['fa'], params: {} });
    expect(pythonCall(run)).toBe(
      'pool.submit("train", name="first try", priority=5, timeout_s=60, tags=["fa"])\n'
    );
  });

  it('puts names that cannot stand as arguments into params', () => {
    const params = { lr: 0.1, name: 'x', 'a-b': 1, lambda: 2, فارسی: 3 };
    expect(pythonCall(runOf({ name: 'train r1', params }))).toBe(
      'pool.submit("train", lr=0.1, params={"name": "x", "a-b": 1, "lambda": 2, "فارسی": 3})\n'
    );
  });
});
