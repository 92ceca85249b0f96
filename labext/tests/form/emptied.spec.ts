import type { RJSFSchema } from '@rjsf/utils';
import { describe, expect, it } from 'vitest';

import { emptiedDefault, withEmptied } from '../../src/form/emptied';

const schema: RJSFSchema = {
  type: 'object',
  $defs: {
    Model: { type: 'object', properties: { layers: { type: 'integer', default: 2 } } }
  },
  properties: {
    epochs: { type: 'integer', default: 3 },
    column: { type: 'string', default: 'text' },
    limit: { type: ['integer', 'null'], default: null },
    most: { type: ['integer', 'null'], default: 5 },
    words: { type: 'array', default: ['one'] },
    seed: { type: 'integer' },
    model: { $ref: '#/$defs/Model', default: { layers: 2 } },
    other: { allOf: [{ $ref: '#/$defs/Model' }] }
  }
};
const emptied = (values: object, path: string): object =>
  withEmptied(values as never, `lp-train_lp_${path}`, schema);

describe('a field that a person has emptied', () => {
  it.each([
    ['epochs', { epochs: null }],
    ['column', { column: '' }],
    ['most', { most: null }],
    ['words', { words: [] }]
  ])('is sent as empty where it has a default: %s', (name, values) => {
    expect(emptied({ [name]: undefined }, name)).toEqual(values);
  });

  it.each(['limit', 'seed', 'unknown'])('is left out where it has none: %s', name => {
    expect(emptied({ [name]: undefined }, name)).toEqual({ [name]: undefined });
  });

  it.each(['model', 'other'])('is found inside of another: %s', name => {
    const values = emptied({ [name]: { layers: undefined } }, `${name}_lp_layers`);
    expect(values).toEqual({ [name]: { layers: null } });
    expect(emptiedDefault(values as never, `.${name}.layers`, schema)).toBe(2);
  });

  it('leaves what has a value alone', () => {
    expect(emptied({ epochs: 4 }, 'epochs')).toEqual({ epochs: 4 });
    expect(emptiedDefault({ epochs: 4 }, '.epochs', schema)).toBeUndefined();
  });
});
