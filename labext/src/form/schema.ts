import type { TranslationBundle } from '@jupyterlab/translation';
import type { RJSFSchema } from '@rjsf/utils';

/**
 * Prepares a kind's schema for its form: in the page's language, without a heading.
 *
 * @param schema - JSON schema of the kind's parameters.
 */
export function schemaOf(
  schema: Readonly<Record<string, unknown>>,
  trans: TranslationBundle
): RJSFSchema {
  const told = translate(schema, trans) as RJSFSchema;
  // The page says already what the form is for.
  delete told.title;
  delete told.description;
  return told;
}

/** Returns a copy with every title and description in the page's language. */
function translate(value: unknown, trans: TranslationBundle): unknown {
  if (Array.isArray(value)) {
    return value.map(item => translate(item, trans));
  }
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  const entries = Object.entries(value).map(([name, inner]): [string, unknown] =>
    typeof inner === 'string' && (name === 'title' || name === 'description')
      ? [name, trans._p('kind', inner)]
      : // A default is data, even where it has a title of its own.
        [name, name === 'default' ? inner : translate(inner, trans)]
  );
  return Object.fromEntries(entries);
}
