import type { JSONValue, ReadonlyJSONObject } from '@lumino/coreutils';
import { findSchemaDefinition, type RJSFSchema } from '@rjsf/utils';

import { SEPARATOR } from './FieldTemplate';

/** What is left in a field that a person has emptied, by its type. */
const NOTHING: Readonly<Record<string, JSONValue>> = {
  string: '',
  array: [],
  object: {},
  integer: null,
  number: null
};

/**
 * Says in the values that a field was emptied which has a default.
 *
 * Left out of what is sent, it would get the default that the person has removed.
 *
 * @param values - What the form holds.
 * @param id - The id of the field that was edited.
 * @param schema - What the form is drawn from.
 */
export function withEmptied(
  values: ReadonlyJSONObject,
  id: string,
  schema: RJSFSchema
): ReadonlyJSONObject {
  return put(values, id.split(SEPARATOR).slice(1), schema, schema);
}

/**
 * The default of a field that a person has emptied.
 *
 * @param property - Its path as the validator writes it: `.model_config.layers`.
 * @returns Undefined where the field has a value, or no default in words.
 */
export function emptiedDefault(
  values: ReadonlyJSONObject,
  property: string,
  schema: RJSFSchema
): string | number | undefined {
  let value: unknown = values;
  let field: RJSFSchema | undefined = schema;
  for (const name of property.split('.').filter(part => part !== '')) {
    value = isObject(value) ? value[name] : undefined;
    field = field && fieldOf(field, name, schema);
  }
  const preset = field?.default;
  const isEmpty = value === null || value === '';
  return isEmpty && (typeof preset === 'string' || typeof preset === 'number')
    ? preset
    : undefined;
}

function put(
  values: ReadonlyJSONObject,
  path: readonly string[],
  schema: RJSFSchema,
  root: RJSFSchema
): ReadonlyJSONObject {
  const [name, ...rest] = path;
  const field = name === undefined ? undefined : fieldOf(schema, name, root);
  if (name === undefined || !field) {
    return values;
  }
  const value = values[name];
  if (rest.length > 0) {
    return isObject(value)
      ? { ...values, [name]: put(value, rest, field, root) }
      : values;
  }
  const had = field.default !== undefined && field.default !== null;
  return value === undefined && had ? { ...values, [name]: nothing(field) } : values;
}

function nothing(field: RJSFSchema): JSONValue {
  const types = [field.type].flat();
  return types.includes('null') ? null : (NOTHING[types[0] ?? ''] ?? null);
}

/** The schema of a property, wherever it is written. */
function fieldOf(
  schema: RJSFSchema,
  name: string,
  root: RJSFSchema
): RJSFSchema | undefined {
  const field = resolved(schema, root).properties?.[name];
  return typeof field === 'object' ? resolved(field, root) : undefined;
}

function resolved(schema: RJSFSchema, root: RJSFSchema): RJSFSchema {
  const { $ref, allOf, ...own } = schema;
  const [only] = allOf ?? [];
  const other = $ref === undefined ? only : findSchemaDefinition($ref, root);
  return typeof other === 'object' ? { ...resolved(other, root), ...own } : schema;
}

function isObject(value: unknown): value is ReadonlyJSONObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
