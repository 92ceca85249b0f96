import type { Run } from '../api/types';

/** Rows in the order in which they are shown, and how many wait to be shown. */
export interface Steady {
  readonly rows: readonly Run[];
  readonly waiting: number;
}

/**
 * Keeps rows where they are while somebody points at them: what they say may change, their order
 * may not. Rows that follow the last one are added at the end, all other new ones wait.
 *
 * @param shown - Ids in the order in which they are shown.
 * @param rows - The rows as they would be in order.
 */
export function holdOrder(shown: readonly string[], rows: readonly Run[]): Steady {
  const places = new Map(rows.map((run, at) => [run.id, at]));
  const kept = shown.flatMap(id => {
    const at = places.get(id);
    return at === undefined ? [] : [at];
  });
  const last = kept.at(-1) ?? -1;
  const seen = new Set(kept);
  const isNext = (at: number): boolean => at > last && !seen.has(at);
  const added = [...rows.keys()].filter(isNext);
  const order = [...kept, ...added];
  return {
    rows: order.flatMap(at => rows[at] ?? []),
    waiting: rows.length - order.length
  };
}
