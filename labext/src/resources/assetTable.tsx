import { caretDownIcon, caretUpIcon } from '@jupyterlab/ui-components';
import * as React from 'react';

import type { Asset } from '../api/types';
import { orderBy, type AssetColumn, type AssetOrder } from '../model/assets';
import { FocusKeeper } from '../views/list';
import { useLabpool } from '../views/widget';
import { AssetRow } from './assetRow';
import { columnWord } from './assetWords';

const COLUMNS: readonly AssetColumn[] = [
  'name',
  'kind',
  'size',
  'status',
  'source',
  'created'
];

/** Rows that are drawn at first, and with each further press. */
const ROWS = 100;

/** The assets in a table that is ordered by any of its columns. */
export function AssetTable(props: {
  readonly items: readonly Asset[];
  readonly order: AssetOrder;
  readonly setOrder: (order: AssetOrder) => void;
  readonly say: (words: string) => void;
}): React.ReactElement {
  const { trans, format } = useLabpool();
  const { items, order, setOrder, say } = props;
  const [rows, setRows] = React.useState(ROWS);
  const left = items.length - rows;
  return (
    <FocusKeeper>
      <table className="lp-AssetTable">
        <thead>
          <tr>
            {COLUMNS.map(column => (
              <Head key={column} column={column} order={order} setOrder={setOrder} />
            ))}
            <th scope="col">
              <span className="jp-sr-only">{trans.__('Actions')}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {items.slice(0, rows).map(asset => (
            <AssetRow key={asset.id} asset={asset} say={say} />
          ))}
        </tbody>
      </table>
      {left > 0 && (
        <button
          type="button"
          className="lp-Button lp-AssetTable-more"
          onClick={() => {
            setRows(rows + ROWS);
          }}
        >
          {trans.__('Show %1 More', format.number(Math.min(left, ROWS)))}
        </button>
      )}
    </FocusKeeper>
  );
}

function Head(props: {
  readonly column: AssetColumn;
  readonly order: AssetOrder;
  readonly setOrder: (order: AssetOrder) => void;
}): React.ReactElement {
  const { trans } = useLabpool();
  const { column, order, setOrder } = props;
  const isChosen = order.column === column;
  const Icon = order.isDown ? caretDownIcon : caretUpIcon;
  return (
    <th
      scope="col"
      data-column={column}
      aria-sort={isChosen ? (order.isDown ? 'descending' : 'ascending') : 'none'}
    >
      <button
        type="button"
        className="lp-AssetTable-sort"
        onClick={() => {
          setOrder(orderBy(column, order));
        }}
      >
        {columnWord(column, trans)}
        {isChosen && <Icon.react tag="span" aria-hidden="true" />}
      </button>
    </th>
  );
}
