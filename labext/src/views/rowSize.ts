import { measureElement, type Virtualizer } from '@tanstack/react-virtual';

/** Measures a row of a long list; one that is hidden with its panel keeps the size it had. */
export function rowSize<E extends Element>(
  row: E,
  entry: ResizeObserverEntry | undefined,
  list: Virtualizer<HTMLDivElement, E>
): number {
  const size = measureElement(row, entry, list);
  const at = list.indexFromElement(row);
  return size > 0
    ? size
    : (list.measurementsCache[at]?.size ?? list.options.estimateSize(at));
}
