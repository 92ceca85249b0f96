import * as React from 'react';

/** Pixels above the end that still count as the end. */
const NEAR = 24;

/** A list that follows its end until somebody scrolls up. */
export interface Follow {
  readonly isFollowing: boolean;
  /** For the list's `onScroll`. */
  readonly scrolled: () => void;
  /** Goes to the end and follows it again. */
  readonly toEnd: () => void;
}

/**
 * Keeps the end of a list in sight.
 *
 * @param list - What scrolls.
 * @param height - Height of its content in pixels.
 */
export function useFollow(list: React.RefObject<HTMLElement>, height: number): Follow {
  const [isFollowing, setFollowing] = React.useState(true);
  const last = React.useRef({ top: 0, height: 0 });
  React.useLayoutEffect(() => {
    if (isFollowing && list.current) {
      list.current.scrollTop = list.current.scrollHeight;
    }
  }, [list, height, isFollowing]);
  useResize(list, () => {
    if (isFollowing && list.current) {
      list.current.scrollTop = list.current.scrollHeight;
    }
  });
  const scrolled = (): void => {
    if (!list.current) {
      return;
    }
    const { scrollTop, scrollHeight, clientHeight } = list.current;
    const left = scrollHeight - scrollTop - clientHeight;
    // Lines that turn out shorter scroll as well; then the height has changed.
    const isUp = scrollTop < last.current.top && scrollHeight === last.current.height;
    last.current = { top: scrollTop, height: scrollHeight };
    if (left <= NEAR) {
      setFollowing(true);
    } else if (isUp) {
      setFollowing(false);
    }
  };
  const toEnd = (): void => {
    setFollowing(true);
    list.current?.focus({ preventScroll: true });
  };
  return { isFollowing, scrolled, toEnd };
}

function useResize(list: React.RefObject<HTMLElement>, resized: () => void): void {
  const latest = React.useRef(resized);
  latest.current = resized;
  React.useEffect(() => {
    const sizes = new ResizeObserver(() => {
      latest.current();
    });
    if (list.current) {
      sizes.observe(list.current);
    }
    return () => {
      sizes.disconnect();
    };
  }, [list]);
}
