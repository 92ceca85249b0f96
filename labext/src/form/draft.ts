import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';

import { NO_TEXTS, type Texts } from './Envelope';
import type { Values } from './RunForm';

/** What a form begins with. */
export interface Draft {
  readonly kind: string;
  readonly params: Values;
  /** What every run has, as it is typed. */
  readonly texts: Texts;
}

/** A form in which nothing is typed yet. */
export function emptyDraft(kind: string): Draft {
  return { kind, params: {}, texts: NO_TEXTS };
}

/** What the arguments of the command ask for; null where they name no kind. */
export function draftOf(args: ReadonlyPartialJSONObject): Draft | null {
  const { kind, params, name, tags } = args;
  if (typeof kind !== 'string') {
    return null;
  }
  return {
    kind,
    params: isValues(params) ? params : {},
    texts: {
      name: typeof name === 'string' ? name : '',
      priority: numberText(args['priority'], 0),
      max_attempts: numberText(args['max_attempts'], 3),
      timeout_s: numberText(args['timeout_s'], null),
      tags: Array.isArray(tags) ? tags.join(', ') : ''
    }
  };
}

/** Whether a value is what a form holds. */
export function isValues(value: unknown): value is Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What is the default already is not typed. */
function numberText(value: unknown, preset: number | null): string {
  return typeof value === 'number' && value !== preset ? String(value) : '';
}
