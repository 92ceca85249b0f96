import type { TranslationBundle } from '@jupyterlab/translation';
import type {
  ErrorSchema,
  RJSFSchema,
  RJSFValidationError,
  UiSchema
} from '@rjsf/utils';

import type { FieldError } from '../api/error';
import type { Format } from '../text/format';
import { writeNumber } from '../text/numerals';

/** Fields of a request that the form shows outside of the kind's own. */
export type Envelope = 'name' | 'priority' | 'max_attempts' | 'timeout_s' | 'tags';

/** What the server has found wrong, by the part of the form that shows it. */
export interface Refusal {
  /** At the fields of the kind. */
  readonly params: ErrorSchema;
  /** At the fields that every run has. */
  readonly envelope: Readonly<Partial<Record<Envelope, string>>>;
  /** Of no field. */
  readonly rest: readonly string[];
}

const ENVELOPE: readonly string[] = [
  'name',
  'priority',
  'max_attempts',
  'timeout_s',
  'tags'
];

/** Sorts the server's words to the fields that they are about. */
export function refusalOf(errors: readonly FieldError[]): Refusal {
  const params: ErrorSchema = {};
  const envelope: Partial<Record<Envelope, string>> = {};
  const rest: string[] = [];
  for (const { path, message } of errors) {
    const [first, ...inner] = path;
    if (first === 'params' && inner.length > 0) {
      put(params, inner, message);
    } else if (first !== undefined && ENVELOPE.includes(first)) {
      envelope[first as Envelope] = message;
    } else {
      rest.push(message);
    }
  }
  return { params, envelope, rest };
}

function put(errors: ErrorSchema, path: readonly string[], message: string): void {
  let at = errors as Record<string, ErrorSchema>;
  for (const name of path.slice(0, -1)) {
    at = (at[name] ??= {} as ErrorSchema) as Record<string, ErrorSchema>;
  }
  const last = path.at(-1) ?? '';
  const found = (at[last] ??= {} as ErrorSchema);
  found.__errors = [...(found.__errors ?? []), message];
}

/**
 * Puts what is wrong inside of a value to its field, where the form has no field for the inside.
 *
 * @param errors - By field, as deep as the values are.
 * @param schema - What the form is drawn from.
 */
export function flat(errors: ErrorSchema, schema: RJSFSchema): ErrorSchema {
  const entries = Object.entries(errors as Record<string, ErrorSchema>).map(
    ([name, inner]): [string, ErrorSchema] => {
      const field = schema.properties?.[name];
      const hasInside =
        typeof field === 'object' &&
        (field.properties !== undefined || field.$ref !== undefined || field.allOf);
      return [
        name,
        hasInside ? inner : ({ __errors: within(inner, '') } as ErrorSchema)
      ];
    }
  );
  return Object.fromEntries(entries);
}

/** The words of an error and of all inside of it, with the way there. */
function within(errors: ErrorSchema, path: string): string[] {
  const { __errors: own = [], ...inner } = errors;
  const told = path === '' ? own : own.map(text => `${path}: ${text}`);
  const deeper = Object.entries(inner as Record<string, ErrorSchema>).flatMap(
    ([name, one]) => within(one, path === '' ? name : `${path}.${name}`)
  );
  return [...told, ...deeper];
}

/** Tells what is wrong inside of a value at the value, where it is one field. */
export function wholeField(
  error: RJSFValidationError,
  ui: UiSchema,
  trans: TranslationBundle,
  format: Format
): RJSFValidationError {
  if (isNameless(error, ui)) {
    const property = /^\.?\w+/.exec(error.property ?? '')?.[0] ?? '';
    return { ...error, property, message: trans.__('Name what to train on.') };
  }
  const [, name = '', at = ''] = /^\.?(\w+)\.(\d+)/.exec(error.property ?? '') ?? [];
  const field = ui[name] as UiSchema | undefined;
  if (field?.['ui:field'] !== 'lines') {
    return error;
  }
  return {
    ...error,
    property: `.${name}`,
    message: trans.__(
      'Entry %1 begins with a brace and is not a JSON object.',
      format.number(Number(at) + 1)
    )
  };
}

/** Whether splits are named, but not the one that is needed. */
function isNameless(
  { name, property = '' }: RJSFValidationError,
  ui: UiSchema
): boolean {
  const [, field = ''] = /^\.?(\w+)\.train$/.exec(property) ?? [];
  const look = ui[field] as UiSchema | undefined;
  return name === 'required' && look?.['ui:field'] === 'dataSets';
}

/** Says what is wrong with a value in the page's language. */
export function wordsFor(
  error: RJSFValidationError,
  trans: TranslationBundle,
  format: Format
): string {
  const { name, params = {} } = error as { name?: string; params?: Params };
  const limit = typeof params.limit === 'number' ? format.number(params.limit) : '';
  const words: Readonly<Record<string, () => string>> = {
    required: () => trans.__('Must be given.'),
    type: () => typeWords(params.type, trans),
    minimum: () => trans.__('Must be %1 or more.', limit),
    maximum: () => trans.__('Must be %1 or less.', limit),
    exclusiveMinimum: () => trans.__('Must be more than %1.', limit),
    exclusiveMaximum: () => trans.__('Must be less than %1.', limit),
    minLength: () => trans.__('Must not be empty.'),
    maxLength: () => trans.__('Must not be longer than %1 characters.', limit),
    enum: () => trans.__('Must be one of the choices.')
  };
  const known = words[name ?? ''];
  return known?.() ?? error.message ?? trans.__('Is not a value that can be used.');
}

/** Says that a field was emptied which must have a value, and what the default was. */
export function emptiedWords(
  preset: unknown,
  trans: TranslationBundle,
  format: Format
): string {
  const told =
    typeof preset === 'number' ? writeNumber(preset, format.code) : String(preset);
  return trans.__('Must be given; the default is %1.', `\u2068${told}\u2069`);
}

interface Params {
  readonly limit?: unknown;
  readonly type?: unknown;
}

function typeWords(type: unknown, trans: TranslationBundle): string {
  const [first] = [type].flat();
  switch (first) {
    case 'integer':
      return trans.__('Must be a whole number.');
    case 'number':
      return trans.__('Must be a number.');
    default:
      return trans.__('Is not a value that can be used.');
  }
}
