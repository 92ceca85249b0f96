import { caretDownIcon, caretRightIcon } from '@jupyterlab/ui-components';
import * as React from 'react';

/** A row of a table that has more to tell: its cells, and what is below them when it is open. */
export function UnfoldingRow(props: {
  readonly id: string;
  readonly state: string;
  /** How many columns what is below goes over. */
  readonly span: number;
  readonly title: React.ReactNode;
  readonly hint: string;
  readonly cells: React.ReactNode;
  readonly details: () => React.ReactElement;
}): React.ReactElement {
  const { id, state, span, title, hint, cells, details } = props;
  const [isOpen, setOpen] = React.useState(false);
  const below = React.useId();
  const Caret = isOpen ? caretDownIcon : caretRightIcon;
  return (
    <>
      <tr data-row={id} data-state={state} data-open={isOpen}>
        <th scope="row" data-column="title">
          <button
            type="button"
            className="lp-Unfold"
            aria-expanded={isOpen}
            aria-controls={isOpen ? below : undefined}
            onClick={() => {
              setOpen(!isOpen);
            }}
          >
            <Caret.react tag="span" className="lp-Unfold-caret" aria-hidden="true" />
            <span className="lp-Cut" title={hint}>
              {title}
            </span>
          </button>
        </th>
        {cells}
      </tr>
      {isOpen && (
        <tr id={below} className="lp-Unfolded">
          <td colSpan={span}>
            <div className="lp-Unfolded-body">{details()}</div>
          </td>
        </tr>
      )}
    </>
  );
}
