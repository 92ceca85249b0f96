import * as React from 'react';

import type { RecordRow } from '../api/types';
import type { RunDetail } from '../model/runDetail';
import { changeWord } from '../text/items';
import { Note } from '../views/notes';
import { useLabpool, useSignal } from '../views/widget';
import { DataValue } from './dataValue';
import { FieldList } from './fieldList';
import { PagedTable, type Column } from './pagedTable';
import { RecordTools } from './recordTools';
import { UnfoldingRow } from './unfold';

/** Fields that have a column; all are there where a row is opened. */
const MOST = 8;

/** The records that a run has brought. */
export function Records(props: {
  readonly detail: RunDetail;
  /** Shows the item with an id. */
  readonly showItem: (id: string) => void;
}): React.ReactElement {
  const { trans } = useLabpool();
  const { detail } = props;
  const { items: book } = detail;
  useSignal(book.changed);
  React.useEffect(() => book.show('records'), [book]);
  const rows = (book.records.sheets ?? []).flatMap(sheet => sheet.rows);
  const fields = useFields(rows);
  const isCompared =
    book.recordFilter.change !== '' || rows.some(one => one.change !== null);
  const showItem = React.useRef(props.showItem);
  showItem.current = props.showItem;
  const row = React.useCallback(
    (record: RecordRow) => (
      <Row
        key={record.key}
        record={record}
        fields={fields}
        isCompared={isCompared}
        showItem={id => {
          showItem.current(id);
        }}
      />
    ),
    [fields, isCompared]
  );
  const [first, ...others] = fields.map((name, at): Column => ({
    id: at === 0 ? 'title' : 'value',
    label: name
  }));
  const change = isCompared ? [{ id: 'change', label: trans.__('Change') }] : [];
  return (
    <div className="lp-List">
      <RecordTools detail={detail} isCompared={isCompared} />
      {rows.length === 0 ? (
        <NoRecords detail={detail} />
      ) : (
        <PagedTable
          label={trans.__('Records')}
          kind="records"
          pages={book.records}
          columns={[...(first ? [first] : []), ...change, ...others]}
          row={row}
        />
      )}
    </div>
  );
}

/** The first names among the rows, in the order in which they come; the same array for as long. */
function useFields(rows: readonly RecordRow[]): readonly string[] {
  const names = new Set<string>();
  for (const { data } of rows) {
    Object.keys(data).forEach(name => names.add(name));
    if (names.size >= MOST) {
      break;
    }
  }
  const key = JSON.stringify([...names].slice(0, MOST));
  return React.useMemo(() => JSON.parse(key) as string[], [key]);
}

function Row(props: {
  readonly record: RecordRow;
  readonly fields: readonly string[];
  readonly isCompared: boolean;
  readonly showItem: (id: string) => void;
}): React.ReactElement {
  const { trans, format } = useLabpool();
  const { record, fields, isCompared, showItem } = props;
  const [first = '', ...others] = fields;
  return (
    <UnfoldingRow
      id={record.key}
      state={record.change ?? ''}
      span={fields.length + (isCompared ? 1 : 0)}
      title={<DataValue value={record.data[first]} isCut />}
      hint={record.key}
      details={() => (
        <>
          <FieldList data={record.data} />
          <p className="lp-Dim">
            <button
              type="button"
              className="lp-Link"
              onClick={() => {
                showItem(record.item_id);
              }}
            >
              {trans.__('Show the item that brought it')}
            </button>{' '}
            <time dateTime={record.at}>{format.moment(record.at)}</time>
          </p>
        </>
      )}
      cells={
        <>
          {isCompared && (
            <td data-column="change">
              <Change record={record} />
            </td>
          )}
          {others.map(name => (
            <td key={name} data-column="value">
              <DataValue value={record.data[name]} isCut />
            </td>
          ))}
        </>
      }
    />
  );
}

function Change({ record }: { readonly record: RecordRow }): React.ReactElement | null {
  const { trans } = useLabpool();
  return record.change === null ? null : (
    <span className="lp-State" data-state={record.change}>
      <span className="lp-State-mark" aria-hidden="true" />
      {changeWord(record.change, trans)}
    </span>
  );
}

/** Why there is no row. */
function NoRecords({ detail }: { readonly detail: RunDetail }): React.ReactElement {
  const { trans } = useLabpool();
  const { items: book } = detail;
  if (book.records.problem !== '') {
    return (
      <Note
        kind="error"
        action={{ label: trans.__('Try again'), run: () => void book.load() }}
      >
        {trans.__('The list could not be loaded: %1', book.records.problem)}
      </Note>
    );
  }
  if (book.records.sheets === null) {
    return <Note>{trans.__('Loading…')}</Note>;
  }
  const { change, item } = book.recordFilter;
  if (change === '' && item === '') {
    return <Note>{trans.__('No records yet. They appear here as items end.')}</Note>;
  }
  const all = (): void => {
    book.setRecordFilter({ change: '', item: '' });
  };
  return (
    <Note action={{ label: trans.__('Show all records'), run: all }}>
      {trans.__('No record matches.')}
    </Note>
  );
}
