import * as React from 'react';

import type { Pages, Sheet } from '../model/pages';
import { Note } from '../views/notes';
import { useLabpool } from '../views/widget';

/** A column: its name in the style sheet, what stands above it, and whether it has numbers. */
export interface Column {
  readonly id: string;
  readonly label: string;
  readonly isNumber?: boolean;
}

/** A long table, page by page: what has not changed is not drawn again. */
export function PagedTable<Row>(props: {
  readonly label: string;
  readonly kind: string;
  readonly pages: Pages<Row>;
  readonly columns: readonly Column[];
  /** Draws a row; the same function for as long as rows look the same. */
  readonly row: (row: Row) => React.ReactElement;
}): React.ReactElement {
  const { trans } = useLabpool();
  const { label, kind, pages, columns, row } = props;
  const sheets = pages.sheets ?? [];
  const list = React.useRef<HTMLDivElement>(null);
  useSight(list, pages, sheets.length);
  return (
    <div
      ref={list}
      className="lp-List-body"
      tabIndex={0}
      role="region"
      aria-label={label}
    >
      <table className="lp-ListTable" data-kind={kind} aria-busy={pages.isBusy}>
        <thead>
          <tr>
            {columns.map(column => (
              <th
                key={`${column.id} ${column.label}`}
                scope="col"
                data-column={column.id}
                data-number={column.isNumber}
                title={column.label}
              >
                {column.label}
              </th>
            ))}
          </tr>
        </thead>
        {sheets.map(sheet => (
          <SheetRows
            key={sheet.after ?? ''}
            sheet={sheet as Sheet<unknown>}
            row={row as (row: unknown) => React.ReactElement}
          />
        ))}
      </table>
      {pages.problem !== '' && sheets.length > 0 && (
        <Note
          kind="error"
          action={{ label: trans.__('Try again'), run: () => void pages.refresh() }}
        >
          {trans.__('The list could not be loaded: %1', pages.problem)}
        </Note>
      )}
      {pages.hasMore && (
        <button
          type="button"
          className="lp-Quiet lp-List-more"
          aria-disabled={pages.isBusy}
          onClick={() => void pages.more()}
        >
          {trans.__('Show more')}
        </button>
      )}
    </div>
  );
}

const SheetRows = React.memo(function SheetRows(props: {
  readonly sheet: Sheet<unknown>;
  readonly row: (row: unknown) => React.ReactElement;
}): React.ReactElement {
  return <tbody>{props.sheet.rows.map(props.row)}</tbody>;
});

/** Tells the list which of its pages are in sight: only these are kept fresh. */
function useSight<Row>(
  list: React.RefObject<HTMLElement>,
  pages: Pages<Row>,
  count: number
): void {
  React.useEffect(() => {
    const bodies = [...(list.current?.querySelectorAll('tbody') ?? [])];
    const seen = new Set<number>();
    const watch = new IntersectionObserver(
      entries => {
        entries.forEach(({ target, isIntersecting }) => {
          const at = bodies.indexOf(target as HTMLTableSectionElement);
          if (isIntersecting) {
            seen.add(at);
          } else {
            seen.delete(at);
          }
        });
        if (seen.size > 0) {
          pages.see(Math.min(...seen), Math.max(...seen));
        }
      },
      { root: list.current }
    );
    bodies.forEach(body => {
      watch.observe(body);
    });
    return () => {
      watch.disconnect();
    };
  }, [list, pages, count]);
}
