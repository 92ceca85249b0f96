import { describe, expect, it } from 'vitest';

import { readNumber, writeNumber } from '../../src/text/numerals';

describe('a number is read as it is typed', () => {
  it.each([
    ['12', 12],
    ['۱۲', 12],
    ['١٢', 12],
    ['۰٫۲', 0.2],
    ['0٫2', 0.2],
    ['-۳', -3],
    ['−۳', -3],
    ['۵e-۵', 5e-5],
    ['۱۲٬۰۰۰', 12_000],
    [' ۷\u200f ', 7],
    ['.5', 0.5],
    ['2.', 2]
  ])('%s', (text, value) => {
    expect(readNumber(text)).toBe(value);
  });

  it('and nothing is nothing', () => {
    expect(readNumber(' ')).toBeNull();
  });

  it.each(['abc', '1,5', '1٬5', '1.2.3', '--1', '1e999', '۱۲x'])(
    'and what is none stays as it is: %s',
    text => {
      expect(readNumber(text)).toBe(text);
    }
  );

  it.each(['en', 'fa-IR', 'ar-EG'])('and what %s writes is read again', code => {
    for (const value of [0, 3, -17, 0.00005, 1234567, 0.1 + 0.2, 12.5]) {
      expect(readNumber(writeNumber(value, code))).toBe(value);
    }
  });
});
