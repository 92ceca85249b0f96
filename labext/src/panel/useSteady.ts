import * as React from 'react';

import type { Run } from '../api/types';
import { holdOrder, type Steady } from '../model/steady';

/** Rows whose order waits while somebody is at them. */
export interface Held extends Steady {
  /** Shows the order as it is now. */
  readonly release: () => void;
  /** What the element around the rows listens to. */
  readonly handlers: React.HTMLAttributes<HTMLElement>;
}

/**
 * Holds the order of rows while the pointer is over them or the keyboard is in them.
 *
 * @param rows - The rows in order.
 * @param list - Which list they are; another one starts anew.
 */
export function useSteady(rows: readonly Run[], list: unknown): Held {
  const [isOver, setOver] = React.useState(false);
  const [isInside, setInside] = React.useState(false);
  const [, release] = React.useReducer((count: number) => count + 1, 0);
  const shown = React.useRef<readonly string[]>([]);
  const last = React.useRef(list);
  if (last.current !== list) {
    last.current = list;
    shown.current = [];
  }
  const isHeld = (isOver || isInside) && shown.current.length > 0;
  const steady = isHeld ? holdOrder(shown.current, rows) : { rows, waiting: 0 };
  React.useEffect(() => {
    shown.current = steady.rows.map(run => run.id);
  });
  return {
    ...steady,
    release: () => {
      shown.current = [];
      release();
    },
    handlers: {
      onPointerEnter: () => {
        setOver(true);
      },
      onPointerLeave: () => {
        setOver(false);
      },
      onFocus: () => {
        setInside(true);
      },
      onBlur: event => {
        setInside(event.currentTarget.contains(event.relatedTarget));
      }
    }
  };
}
