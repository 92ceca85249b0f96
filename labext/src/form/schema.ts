import type { RJSFSchema, UiSchema } from '@rjsf/utils';

/** Says in a schema: a list whose entries are written one a line. */
const LINES_MARK = 'x-labpool-lines';
/** Says in a schema: the name of a session that the server keeps. */
const SESSION_MARK = 'x-labpool-session';
/** Says in a schema: the name of something that the server keeps, or a path. */
const ASSET_MARK = 'x-labpool-asset';
/** Rows of a text area: of a long text, and of a list. */
const ROWS = { text: 12, list: 6 };

/** A kind's schema as its form needs it. */
export interface Prepared {
  readonly schema: RJSFSchema;
  /** How its fields are drawn that a schema alone does not tell. */
  readonly ui: UiSchema;
}

/**
 * Prepares a kind's schema for its form: in the page's language, without a heading.
 *
 * @param schema - JSON schema of the kind's parameters.
 * @param tell - Says its titles and descriptions in the page's language.
 */
export function schemaOf(
  schema: Readonly<Record<string, unknown>>,
  tell: (english: string) => string
): Prepared {
  const told = translate(schema, tell) as RJSFSchema;
  // The page says already what the form is for.
  delete told.title;
  delete told.description;
  const ui: Record<string, UiSchema> = {};
  for (const [name, field] of Object.entries(told.properties ?? {})) {
    if (typeof field === 'object') {
      const drawn = drawnAs(orNull(field));
      told.properties = { ...told.properties, [name]: drawn.schema };
      ui[name] = drawn.ui;
    }
  }
  return { schema: told, ui };
}

/** A value or null as one type, so that one field is drawn and not a choice of two. */
function orNull(field: RJSFSchema): RJSFSchema {
  const { anyOf, ...rest } = field;
  const [first, second, ...others] = anyOf ?? [];
  const isSimple =
    typeof first === 'object' &&
    typeof first.type === 'string' &&
    typeof second === 'object' &&
    second.type === 'null' &&
    others.length === 0;
  return isSimple
    ? { ...rest, ...first, type: [first.type as 'string', 'null'] }
    : field;
}

/** How a field is drawn, by what its schema says of it. */
function drawnAs(field: RJSFSchema): Prepared {
  const type = [field.type].flat();
  if (field[LINES_MARK] === true && type.includes('array')) {
    // Of what begins like an object, only an object will do.
    const items = { anyOf: [{ type: 'string', pattern: '^[^{]' }, { type: 'object' }] };
    return {
      schema: { ...field, items } as RJSFSchema,
      ui: { 'ui:field': 'lines', 'ui:options': { rows: ROWS.list } }
    };
  }
  if (field[ASSET_MARK] !== undefined && field.anyOf) {
    // One or more, or some for each split: its field makes nothing else.
    const schema: RJSFSchema = {
      ...field,
      type: ['string', 'array', 'object'],
      required: ['train']
    };
    delete schema.anyOf;
    return { schema, ui: { 'ui:field': 'dataSets' } };
  }
  if (field[SESSION_MARK] !== undefined) {
    return { schema: field, ui: { 'ui:field': 'session' } };
  }
  if (type.includes('object') && !field.properties && isTexts(field)) {
    return { schema: field, ui: { 'ui:field': 'pairs' } };
  }
  if (field.format === 'textarea') {
    // The validator does not know it.
    const schema = { ...field };
    delete schema.format;
    const rows = { rows: ROWS.text };
    return { schema, ui: { 'ui:widget': 'textarea', 'ui:options': rows } };
  }
  return { schema: field, ui: {} };
}

function isTexts({ additionalProperties }: RJSFSchema): boolean {
  return (
    typeof additionalProperties === 'object' && additionalProperties.type === 'string'
  );
}

/**
 * Returns a copy with every title and description in the page's language, and without examples:
 * a form would offer them, and nobody knows whether they are there.
 */
function translate(value: unknown, tell: (english: string) => string): unknown {
  if (Array.isArray(value)) {
    return value.map(item => translate(item, tell));
  }
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  const entries = Object.entries(value)
    .filter(([name, inner]) => !(name === 'examples' && Array.isArray(inner)))
    .map(([name, inner]): [string, unknown] =>
      typeof inner === 'string' && (name === 'title' || name === 'description')
        ? [name, tell(inner)]
        : // A default is data, even where it has a title of its own.
          [name, name === 'default' ? inner : translate(inner, tell)]
    );
  return Object.fromEntries(entries);
}
