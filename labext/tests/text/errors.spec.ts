/// <reference types="node" />
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { nullTranslator, type TranslationBundle } from '@jupyterlab/translation';
import { describe, expect, it } from 'vitest';

import { ApiError } from '../../src/api/error';
import { KindBook } from '../../src/model/kindBook';
import { ErrorVoice } from '../../src/text/errors';
import { Format } from '../../src/text/format';
import { namesOf } from '../../src/text/names';

const PERSIAN = JSON.parse(
  readFileSync(
    join(
      import.meta.dirname,
      '../../../server_ext/labpool_server/locale/fa_IR/LC_MESSAGES/labpool.json'
    ),
    'utf8'
  )
) as Record<string, string[]>;
const text = { of: '{done} از {total}', yes: 'بله', no: 'خیر' };
const persian = new Format({ code: 'fa-IR', dir: 'rtl', names: namesOf('fa'), text });
const english = new Format({ code: 'en', dir: 'ltr', names: namesOf('en'), text });
const trans = {
  __: (key: string, ...args: string[]) =>
    args.reduce(
      (told, arg, at) => told.replaceAll(`%${(at + 1).toString()}`, arg),
      PERSIAN[key]?.[0] ?? key
    )
} as TranslationBundle;
const voice = new ErrorVoice(trans, persian);

async function answered(body: object, said = voice): Promise<ApiError> {
  const headers = { 'Content-Type': 'application/json' };
  return ApiError.from(
    new Response(JSON.stringify(body), { status: 422, headers }),
    said
  );
}

describe('an error of the server', () => {
  const body = {
    code: 'invalid_params',
    message: 'params.epochs: Input should be greater than or equal to 1',
    details: {
      fields: [
        {
          field: 'params.epochs',
          message: 'Input should be greater than or equal to 1',
          code: 'greater_than_equal',
          args: { ge: 1 }
        },
        { field: 'params.other', message: 'Only its own words.', code: '', args: {} }
      ]
    }
  };

  it('is told in the page’s language by its code and values', async () => {
    const error = await answered(body);
    expect(error.message).toBe('برخی مقدارها را نمی‌توان به کار برد.');
    expect(error.fields).toEqual([
      { path: ['params', 'epochs'], message: 'باید ۱ یا بیشتر باشد.' },
      { path: ['params', 'other'], message: 'Only its own words.' }
    ]);
  });

  it('is told in English in the server’s own words', async () => {
    const error = await answered(
      body,
      new ErrorVoice(nullTranslator.load('labpool'), english)
    );
    expect(error.message).toBe(body.message);
    expect(error.fields[0]?.message).toBe(body.details.fields[0]?.message);
  });

  it('keeps its own sentence where that says more', async () => {
    const error = await answered({
      code: 'conflict',
      message: 'It runs.',
      details: {}
    });
    expect(error.message).toMatch(/^این کار .*It runs\./);
  });

  it('of an unknown code is told as it is', async () => {
    const error = await answered({ code: 'strange', message: 'Strange.', details: {} });
    expect(error.message).toBe('Strange.');
  });
});

describe('the words of a kind', () => {
  const titles = new Map([['primes', { en: 'Count primes', fa: 'شمارش' }]]);
  const kind = {
    name: 'primes',
    title: 'Count primes',
    description: '',
    params_schema: { properties: { below: { title: 'Below' } } },
    available: true,
    reason: '',
    words: {
      en: { rate_x: 'rate of x', 'on=test': 'test texts' },
      fa: { rate_x: 'نرخ x', 'on=test': 'متن‌های آزمون', Below: 'کمتر از' }
    }
  };
  const book = (format: Format): KindBook => {
    const made = new KindBook({} as never, { kinds: titles } as never, format);
    made.learn([kind]);
    return made;
  };

  it('are those of the page’s language', () => {
    const own = book(persian);
    expect(own.title('primes')).toBe('شمارش');
    expect(own.text(kind, 'Below')).toBe('کمتر از');
    expect([...own.params('primes')]).toEqual([['below', 'کمتر از']]);
    expect(own.formatOf('primes').name('rate_x')).toBe('نرخ x');
    expect(own.formatOf('primes').name('loss')).toBe('زیان');
    expect(own.formatOf('primes').figure('on', 'test')).toBe('متن‌های آزمون');
    expect(book(english).formatOf('primes').name('rate_x')).toBe('rate of x');
  });

  it('are names without their signs where a kind brings none', () => {
    const other = book(english).formatOf('strange');
    expect(other.name('evaluated_on')).toBe('evaluated on');
    expect(other.figure('on', 'test')).toBe('test');
    expect(book(english).title('strange')).toBe('strange');
  });
});
