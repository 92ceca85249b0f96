import {
  useVirtualizer,
  type VirtualItem,
  type Virtualizer
} from '@tanstack/react-virtual';
import * as React from 'react';

import type { Run } from '../api/types';
import { rowSize } from '../views/rowSize';

/** Pixels of a row before it has been measured. */
const ROW_PX = 42;

/** Rows from the end at which older ones are asked for. */
const AHEAD = 10;

/** The rows that are drawn, out of many. */
export interface Rows {
  readonly virtual: Virtualizer<HTMLDivElement, HTMLElement>;
  /** The id of the row that the Tab key comes to. */
  readonly current: string;
  readonly handlers: React.HTMLAttributes<HTMLElement>;
}

/**
 * Draws only the rows that are seen, keeps what is looked at in its place, and moves the keyboard
 * from row to row.
 *
 * @param scroller - The element that scrolls.
 * @param rows - All rows.
 * @param more - Asks for older ones.
 */
export function useRows(
  scroller: React.RefObject<HTMLDivElement>,
  rows: readonly Run[],
  more: () => void
): Rows {
  const [chosen, choose] = React.useState('');
  const at = Math.max(
    rows.findIndex(run => run.id === chosen),
    0
  );
  const virtual = useVirtualizer<HTMLDivElement, HTMLElement>({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    getItemKey: index => rows[index]?.id ?? index,
    measureElement: rowSize,
    overscan: 6,
    // The row with the keyboard stays, however far away one scrolls.
    rangeExtractor: ({ startIndex, endIndex, overscan, count }) => {
      const from = Math.max(startIndex - overscan, 0);
      const to = Math.min(endIndex + overscan, count - 1);
      const seen = Array.from({ length: to - from + 1 }, (_, index) => from + index);
      return [...new Set([...seen, at])].sort((one, two) => one - two);
    }
  });
  useAnchor(virtual, scroller, rows);
  const end = virtual.range?.endIndex ?? 0;
  React.useEffect(() => {
    if (end >= rows.length - AHEAD) {
      more();
    }
  }, [end, rows.length, more]);
  const handlers = useKeys(virtual, scroller, rows, at, choose);
  return { virtual, current: rows[at]?.id ?? '', handlers };
}

/** Rows that come in above do not push away what somebody reads. */
function useAnchor(
  virtual: Virtualizer<HTMLDivElement, HTMLElement>,
  scroller: React.RefObject<HTMLDivElement>,
  rows: readonly Run[]
): void {
  const anchor = React.useRef<Place | null>(null);
  React.useLayoutEffect(() => {
    const node = scroller.current;
    // A list that is hidden has no place; its place is taken up again when it is shown.
    if (!node || node.clientHeight === 0) {
      return;
    }
    const before = anchor.current;
    const at = before ? rows.findIndex(run => run.id === before.id) : -1;
    const start = virtual.measurementsCache[at]?.start;
    if (before && start !== undefined && node.scrollTop > 0) {
      node.scrollTop += start - before.start;
    }
    const first = virtual.getVirtualItemForOffset(node.scrollTop);
    anchor.current = placeOf(first, rows);
  });
}

/** A row, and the pixels above it. */
interface Place {
  readonly id: string;
  readonly start: number;
}

function placeOf(item: VirtualItem | undefined, rows: readonly Run[]): Place | null {
  const id = item && rows[item.index]?.id;
  return id === undefined ? null : { id, start: item?.start ?? 0 };
}

/** Up, Down, Home and End go from run to run; Tab goes to what can be done with one. */
function useKeys(
  virtual: Virtualizer<HTMLDivElement, HTMLElement>,
  scroller: React.RefObject<HTMLDivElement>,
  rows: readonly Run[],
  at: number,
  choose: (id: string) => void
): React.HTMLAttributes<HTMLElement> {
  const asked = React.useRef('');
  React.useEffect(() => {
    const row = asked.current && `[data-row="${CSS.escape(asked.current)}"] button`;
    const button = row ? scroller.current?.querySelector<HTMLElement>(row) : null;
    if (button) {
      asked.current = '';
      button.focus({ preventScroll: true });
    }
  });
  return {
    onFocus: event => {
      choose(event.target.closest<HTMLElement>('[data-row]')?.dataset['row'] ?? '');
    },
    onKeyDown: event => {
      const to = target(event.key, at, rows.length - 1);
      const id = to === null ? undefined : rows[to]?.id;
      if (to !== null && id !== undefined) {
        event.preventDefault();
        asked.current = id;
        choose(id);
        virtual.scrollToIndex(to, { align: 'auto' });
      }
    }
  };
}

function target(key: string, at: number, last: number): number | null {
  switch (key) {
    case 'ArrowDown':
      return Math.min(at + 1, last);
    case 'ArrowUp':
      return Math.max(at - 1, 0);
    case 'Home':
      return 0;
    case 'End':
      return last;
    default:
      return null;
  }
}
