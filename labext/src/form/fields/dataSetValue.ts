/** What the field of a data set holds: names, together or for each split. */

export const SPLITS = ['train', 'validation', 'test'] as const;
export type Split = (typeof SPLITS)[number];

/** The names as they stand in the field; those together are the ones of "train". */
export interface Entered {
  readonly isApart: boolean;
  readonly names: Readonly<Record<Split, readonly string[]>>;
}

/** What a field shows of a value. */
export function enteredOf(value: unknown): Entered {
  const isApart = typeof value === 'object' && value !== null && !Array.isArray(value);
  const given = isApart ? (value as Partial<Record<Split, unknown>>) : { train: value };
  const names = Object.fromEntries(
    SPLITS.map(split => [split, listOf(given[split])])
  ) as Record<Split, readonly string[]>;
  return { isApart, names };
}

/** The value that is entered: a text, a list, or a table by split; undefined where nothing is. */
export function valueOf({ isApart, names }: Entered): unknown {
  if (!isApart) {
    return oneOrMore(names.train);
  }
  const given = SPLITS.map(split => [split, oneOrMore(names[split])] as const);
  const filled = given.filter(([, value]) => value !== undefined);
  return filled.length === 0 ? undefined : Object.fromEntries(filled);
}

function listOf(value: unknown): readonly string[] {
  const list = Array.isArray(value) ? value : [value];
  const texts = list.filter(one => typeof one === 'string');
  return texts.length === 0 ? [''] : texts;
}

function oneOrMore(names: readonly string[]): string | readonly string[] | undefined {
  const given = names.filter(name => name.trim() !== '');
  return given.length > 1 ? given : given[0];
}
