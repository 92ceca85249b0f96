import * as React from 'react';

import type { Item } from '../api/types';
import type { RunDetail } from '../model/runDetail';
import { itemWord, reasonWord } from '../text/items';
import { useLabpool } from '../views/widget';
import { ItemDetails } from './itemDetails';
import { UnfoldingRow } from './unfold';

/** Cells below a row: which of its own are shown is up to the room, so there is but one. */
const CELLS = 1;

/** One item. */
export function ItemRow(props: {
  readonly item: Item;
  readonly detail: RunDetail;
  readonly showRecords: (item: string) => void;
}): React.ReactElement {
  const { format } = useLabpool();
  const { item } = props;
  return (
    <UnfoldingRow
      id={item.id}
      state={item.state}
      span={CELLS}
      title={<bdi>{item.id}</bdi>}
      hint={item.id}
      details={() => <ItemDetails {...props} />}
      cells={
        <>
          <td data-column="state">
            <ItemStand item={item} />
          </td>
          <td data-column="message">
            <span className="lp-Cut" dir="auto" title={item.message}>
              {item.message}
            </span>
          </td>
          <Figure column="records" value={item.records} />
          <Figure column="broken" value={item.broken} />
          <Figure column="tries" value={item.tries} />
          <Figure column="seconds" value={tenths(item.seconds)} />
          <td data-column="worker">
            <bdi className="lp-Cut" title={item.worker}>
              {item.worker}
            </bdi>
          </td>
          <td data-column="at">
            <time dateTime={item.at} title={format.moment(item.at)}>
              {format.clock(item.at)}
            </time>
          </td>
        </>
      }
    />
  );
}

/** Where an item is, and why, in words beside a mark. */
function ItemStand({ item }: { readonly item: Item }): React.ReactElement {
  const { trans } = useLabpool();
  const why = reasonWord(item.reason, trans);
  const word = itemWord(item.state, trans);
  const told = why === '' ? word : trans.__('%1: %2', word, why);
  return (
    <span className="lp-State lp-Cut" data-state={item.state} title={told}>
      <span className="lp-State-mark" aria-hidden="true" />
      <span className="lp-Cut">{told}</span>
    </span>
  );
}

/** A number; nothing that is nothing draws the eye. */
function Figure(props: {
  readonly column: string;
  readonly value: number | null;
}): React.ReactElement {
  const { format } = useLabpool();
  const { column, value } = props;
  return (
    <td data-column={column} data-number="true" data-none={!value}>
      {value === null ? '' : format.number(value)}
    </td>
  );
}

/** Seconds as far as they tell anything. */
function tenths(seconds: number | null): number | null {
  return seconds === null ? null : Math.round(seconds * 10) / 10;
}
