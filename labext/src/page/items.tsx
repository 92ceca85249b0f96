import * as React from 'react';

import type { Item, Run } from '../api/types';
import { ALL_ITEMS } from '../model/itemBook';
import type { RunDetail } from '../model/runDetail';
import { Note } from '../views/notes';
import { useLabpool, useSignal } from '../views/widget';
import { ItemRow } from './itemRow';
import { ItemTools } from './itemTools';
import { PagedTable, type Column } from './pagedTable';

/** The items of a run: how many stand where, and each of them. */
export function Items(props: {
  readonly detail: RunDetail;
  readonly run: Run;
  /** Shows the records of an item. */
  readonly showRecords: (item: string) => void;
}): React.ReactElement {
  const { trans } = useLabpool();
  const { detail, run } = props;
  const { items: book } = detail;
  useSignal(book.changed);
  React.useEffect(() => book.show('items'), [book]);
  const showRecords = React.useRef(props.showRecords);
  showRecords.current = props.showRecords;
  const row = React.useCallback(
    (item: Item) => (
      <ItemRow
        key={item.id}
        item={item}
        detail={detail}
        showRecords={id => {
          showRecords.current(id);
        }}
      />
    ),
    [detail]
  );
  const isEmpty = (book.items.sheets?.[0]?.rows.length ?? 0) === 0;
  return (
    <div className="lp-List">
      <ItemTools detail={detail} run={run} />
      {isEmpty ? (
        <NoItems detail={detail} />
      ) : (
        <PagedTable
          label={trans.__('Items')}
          kind="items"
          pages={book.items}
          columns={columns(trans)}
          row={row}
        />
      )}
      <LeftOut count={book.counts?.left_out ?? 0} />
    </div>
  );
}

function columns(trans: ReturnType<typeof useLabpool>['trans']): readonly Column[] {
  return [
    { id: 'title', label: trans.__('Item') },
    { id: 'state', label: trans.__('State') },
    { id: 'message', label: trans.__('Message') },
    { id: 'records', label: trans.__('Records'), isNumber: true },
    { id: 'broken', label: trans.__('Broken'), isNumber: true },
    { id: 'tries', label: trans.__('Tries'), isNumber: true },
    { id: 'seconds', label: trans.__('Seconds'), isNumber: true },
    { id: 'worker', label: trans.__('Worker') },
    { id: 'at', label: trans.__('Time') }
  ];
}

/** Why there is no row. */
function NoItems({ detail }: { readonly detail: RunDetail }): React.ReactElement {
  const { trans } = useLabpool();
  const { items: book } = detail;
  if (book.items.problem !== '') {
    return (
      <Note
        kind="error"
        action={{ label: trans.__('Try again'), run: () => void book.load() }}
      >
        {trans.__('The list could not be loaded: %1', book.items.problem)}
      </Note>
    );
  }
  if (book.items.sheets === null) {
    return <Note>{trans.__('Loading…')}</Note>;
  }
  const all = (): void => {
    book.setFilter(ALL_ITEMS);
  };
  return (
    <Note action={{ label: trans.__('Show all items'), run: all }}>
      {trans.__('No item matches.')}
    </Note>
  );
}

function LeftOut({ count }: { readonly count: number }): React.ReactElement | null {
  const { trans, format } = useLabpool();
  return count === 0 ? null : (
    <p className="lp-Dim lp-List-foot">
      {trans._n(
        '%2 more target was left out: the run may have no more items.',
        '%2 more targets were left out: the run may have no more items.',
        count,
        format.number(count)
      )}
    </p>
  );
}
