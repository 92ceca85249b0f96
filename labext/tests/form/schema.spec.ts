import { describe, expect, it } from 'vitest';

import { flat } from '../../src/form/errors';
import { enteredOf, valueOf } from '../../src/form/fields/dataSetValue';
import { entriesOf, textOf } from '../../src/form/fields/lines';
import { schemaOf } from '../../src/form/schema';

const prepared = (field: object): ReturnType<typeof schemaOf> =>
  schemaOf({ type: 'object', properties: { it: field } }, english => english);

describe('the schema of a form', () => {
  it('draws a value or null as one field', () => {
    const { schema } = prepared({
      anyOf: [{ type: 'string', minLength: 1 }, { type: 'null' }],
      default: null,
      title: 'File'
    });
    expect(schema.properties?.['it']).toEqual({
      ...{ type: ['string', 'null'], minLength: 1, default: null, title: 'File' }
    });
  });

  it('offers no example: nobody knows whether it is there', () => {
    const { schema } = prepared({
      type: 'object',
      properties: { file: { type: 'string', examples: ['/data/tickets.csv'] } },
      examples: [{ file: '/data/tickets.csv' }]
    });
    expect(JSON.stringify(schema)).not.toContain('tickets.csv');
  });

  it('leaves a choice of two kinds of value as it is', () => {
    const field = { anyOf: [{ type: 'string' }, { type: 'integer' }] };
    expect(prepared(field).schema.properties?.['it']).toEqual(field);
  });

  it('knows long texts, lists of lines, texts by name and sessions by their marks', () => {
    const look = (field: object): unknown => {
      const it = prepared(field).ui['it'] as Record<string, unknown>;
      return it['ui:field'] ?? it['ui:widget'];
    };
    expect(look({ type: 'string', format: 'textarea' })).toBe('textarea');
    expect(look({ type: 'array', items: {}, 'x-labpool-lines': true })).toBe('lines');
    const texts = { type: 'object', additionalProperties: { type: 'string' } };
    expect(look(texts)).toBe('pairs');
    expect(look({ type: 'string', 'x-labpool-session': 'session' })).toBe('session');
    expect(look({ type: 'object', properties: { a: {} } })).toBeUndefined();
  });

  it('tells what is wrong inside of a text at the text', () => {
    const { schema } = prepared({ type: 'string' });
    const wrong = { it: { fields: { title: { __errors: ['no selector'] } } } };
    const told = flat(wrong as unknown as Parameters<typeof flat>[0], schema);
    expect(told).toEqual({ it: { __errors: ['fields.title: no selector'] } });
  });
});

describe('data sets, one or more', () => {
  const names = { train: ['a', ' '], validation: [''], test: ['b', 'c'] };

  it('are a text, a list or a table, and come back as they were', () => {
    for (const value of ['a', ['a', 'b'], { train: 'a', test: ['b', 'c'] }]) {
      expect(valueOf(enteredOf(value))).toEqual(value);
    }
    expect(valueOf(enteredOf(undefined))).toBeUndefined();
    expect(enteredOf(undefined).names.train).toEqual(['']);
  });

  it('leave out what is empty', () => {
    expect(valueOf({ isApart: false, names })).toBe('a');
    expect(valueOf({ isApart: true, names })).toEqual({ train: 'a', test: ['b', 'c'] });
    const none = { train: [''], validation: [''], test: [''] };
    expect(valueOf({ isApart: true, names: none })).toBeUndefined();
  });

  it('are one field, of which only the training text is needed', () => {
    const { schema, ui } = prepared({
      anyOf: [{ type: 'string' }, { type: 'array' }, { $ref: '#/$defs/Splits' }],
      'x-labpool-asset': 'dataset'
    });
    expect(ui['it']).toEqual({ 'ui:field': 'dataSets' });
    expect(schema.properties?.['it']).toMatchObject({ required: ['train'] });
    expect(schema.properties?.['it']).not.toHaveProperty('anyOf');
  });
});

describe('a list in lines', () => {
  it('has an entry in each line that is not empty, and objects as JSON', () => {
    expect(entriesOf(' a \n\n{"id": 7}\n')).toEqual(['a', { id: 7 }]);
    expect(textOf(['a', { id: 7 }, 8])).toBe('a\n{"id":7}\n8');
  });

  it('keeps what is no JSON, so that the form can say so', () => {
    expect(entriesOf('{oops')).toEqual(['{oops']);
    const { schema } = prepared({ type: 'array', 'x-labpool-lines': true });
    expect(JSON.stringify(schema.properties?.['it'])).toContain('^[^{]');
  });

  it('is nothing where nothing is written', () => {
    expect(entriesOf(' \n ')).toBeUndefined();
    expect(textOf(undefined)).toBe('');
  });
});
