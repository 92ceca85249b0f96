import * as React from 'react';

import { useLabpool } from './widget';

/**
 * Keeps the keyboard's place while a list is drawn again: a control that moved is focused once
 * more, and where it is gone, the first control of its row.
 */
export class FocusKeeper extends React.Component<{
  readonly children: React.ReactNode;
}> {
  override getSnapshotBeforeUpdate(): Place | null {
    const control = document.activeElement;
    const row = control?.closest<HTMLElement>('[data-row]');
    if (!(control instanceof HTMLElement && row && this.node.current?.contains(row))) {
      return null;
    }
    const rows = [...this.node.current.querySelectorAll<HTMLElement>('[data-row]')];
    const ids = rows.map(one => one.dataset['row'] ?? '');
    const at = rows.indexOf(row);
    const others = [...ids.slice(at + 1), ...ids.slice(0, at).reverse()];
    return { control, row: ids[at] ?? '', others };
  }

  override componentDidUpdate(_: unknown, __: unknown, place: Place | null): void {
    if (!place || document.activeElement === place.control) {
      return;
    }
    if (place.control.isConnected) {
      place.control.focus({ preventScroll: true });
      return;
    }
    // Where the row is gone too, the next one that is still there takes its place.
    const row = [place.row, ...place.others].find(id => this.button(id));
    (row === undefined ? null : this.button(row))?.focus();
  }

  override render(): React.ReactElement {
    return (
      <div className="lp-FocusKeeper" ref={this.node}>
        {this.props.children}
      </div>
    );
  }

  private button(row: string): HTMLElement | null {
    const selector = `[data-row="${CSS.escape(row)}"] button`;
    return this.node.current?.querySelector<HTMLElement>(selector) ?? null;
  }

  private readonly node = React.createRef<HTMLDivElement>();
}

interface Place {
  readonly control: HTMLElement;
  readonly row: string;
  /** The rows after it, then those before it, the nearest first. */
  readonly others: readonly string[];
}

/** Small texts in one line, a dot between them, each in its own direction; no empty ones. */
export function Facts(props: {
  readonly items: readonly React.ReactNode[];
}): React.ReactElement {
  const { format } = useLabpool();
  const shown = props.items.filter(item => item !== null && item !== '');
  return (
    <>
      {shown.map((item, at) =>
        at === 0 ? (
          <bdi key={at}>{item}</bdi>
        ) : (
          <span key={at}>
            <span className="lp-Dot">{format.between}</span>
            <bdi>{item}</bdi>
          </span>
        )
      )}
    </>
  );
}
