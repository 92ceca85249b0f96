import { closeIcon, downloadIcon } from '@jupyterlab/ui-components';
import * as React from 'react';

import type { RecordsFormat } from '../api/items';
import type { RecordChange } from '../api/types';
import type { RunDetail } from '../model/runDetail';
import { changeWord, RECORD_CHANGES } from '../text/items';
import { Chips } from '../views/chips';
import { useLabpool } from '../views/widget';

const FORMATS: readonly (readonly [RecordsFormat, string])[] = [
  ['jsonl', 'JSONL'],
  ['csv', 'CSV'],
  ['parquet', 'Parquet']
];

/** How many records there are, which are shown, and files of all of them. */
export function RecordTools(props: {
  readonly detail: RunDetail;
  readonly isCompared: boolean;
}): React.ReactElement {
  const { trans, format } = useLabpool();
  const { detail, isCompared } = props;
  const { items: book } = detail;
  const { recordFilter: filter, counts } = book;
  const total = counts?.records ?? 0;
  return (
    <div className="lp-List-tools">
      {isCompared && (
        <Chips
          label={trans.__('Change')}
          chips={[
            { value: '', label: trans.__('All'), count: total },
            ...RECORD_CHANGES.map(change => ({
              value: change,
              label: changeWord(change, trans),
              count: countOf(detail, change)
            }))
          ]}
          value={filter.change}
          changed={change => {
            book.setRecordFilter({ ...filter, change });
          }}
        />
      )}
      {filter.item !== '' && (
        <button
          type="button"
          className="lp-Chip"
          aria-pressed="true"
          aria-label={trans.__('Of the item %1; show all', filter.item)}
          onClick={() => {
            book.setRecordFilter({ ...filter, item: '' });
          }}
        >
          <bdi className="lp-Cut">{filter.item}</bdi>
          <closeIcon.react tag="span" className="lp-Chip-icon" />
        </button>
      )}
      {!isCompared && filter.item === '' && (
        <span className="lp-Dim">{format.count(total, 'record')}</span>
      )}
      {total > 0 && <Export id={detail.id} isCompared={isCompared} />}
    </div>
  );
}

/** What the result says of a kind of change, where there is a result. */
function countOf(detail: RunDetail, change: RecordChange): number | null {
  const result: unknown = detail.run?.result;
  const count: unknown =
    typeof result === 'object' && result !== null
      ? (result as Record<string, unknown>)[change]
      : null;
  return typeof count === 'number' ? count : null;
}

/** Links to files of all records. */
function Export(props: {
  readonly id: string;
  readonly isCompared: boolean;
}): React.ReactElement {
  const { trans, api } = useLabpool();
  const { id, isCompared } = props;
  return (
    <span
      className="lp-Export"
      role="group"
      aria-label={trans.__('Export all records')}
    >
      <downloadIcon.react tag="span" className="lp-Export-icon" aria-hidden="true" />
      <span className="lp-Dim">{trans.__('Export')}</span>
      {FORMATS.map(([format, name]) => (
        <a
          key={format}
          className="lp-Button"
          href={api.recordsUrl(id, format, isCompared)}
          download
          aria-label={trans.__('Export all records as %1', name)}
        >
          {name}
        </a>
      ))}
    </span>
  );
}
