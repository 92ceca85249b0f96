import * as React from 'react';

/**
 * Keeps the keyboard in a part of the page from which the focused control goes: what is drawn
 * next has the focus at the first control of the part.
 *
 * @param node - The part.
 * @param first - Selector of the control that gets the focus.
 */
export function useFocusKept(
  node: React.RefObject<HTMLElement>,
  first: string
): React.HTMLAttributes<HTMLElement> {
  const isInside = React.useRef(false);
  React.useLayoutEffect(() => {
    const { activeElement: active } = document;
    if (isInside.current && (active === null || active === document.body)) {
      node.current?.querySelector<HTMLElement>(first)?.focus();
    }
  });
  return {
    onFocus: () => {
      isInside.current = true;
    },
    onBlur: event => {
      // A control that is taken away loses the focus as well: it was not left.
      const { target, relatedTarget } = event;
      const isGone = !target.isConnected || target.matches(':disabled, [disabled]');
      isInside.current = relatedTarget
        ? event.currentTarget.contains(relatedTarget)
        : isGone;
    }
  };
}
