import { refreshIcon } from '@jupyterlab/ui-components';
import * as React from 'react';

import { hasEnded, type Run } from '../api/types';
import type { RunDetail } from '../model/runDetail';
import { Button } from '../resources/button';
import { ITEM_STATES, itemWord, reasonWord } from '../text/items';
import { Chips } from '../views/chips';
import { SearchField } from '../views/filter';
import { useLabpool } from '../views/widget';
import { useRetry } from './retry';

/** Pause after the last key before the server is asked, milliseconds. */
const PAUSE_MS = 300;

/** How many items stand where, a search among them, and another try for those that failed. */
export function ItemTools(props: {
  readonly detail: RunDetail;
  readonly run: Run;
}): React.ReactElement {
  const { trans } = useLabpool();
  const { detail, run } = props;
  const { items: book } = detail;
  const { counts, filter } = book;
  return (
    <div className="lp-List-tools">
      <Chips
        label={trans.__('State')}
        chips={[
          { value: '', label: trans.__('All'), count: counts?.total ?? null },
          ...ITEM_STATES.map(state => ({
            value: state,
            label: itemWord(state, trans),
            count: counts?.[state] ?? null
          }))
        ]}
        value={filter.state}
        changed={state => {
          book.setFilter({ ...filter, state, gap: '' });
        }}
      />
      <GapChips detail={detail} />
      <SearchField
        value={filter.search}
        placeholder={trans.__('Search the items')}
        label={trans.__('Search the items')}
        pauseMs={PAUSE_MS}
        changed={search => {
          book.setFilter({ ...book.filter, search });
        }}
      />
      <RetryAll detail={detail} run={run} />
    </div>
  );
}

/** What is missing of the partial items, once those are asked for. */
function GapChips(props: { readonly detail: RunDetail }): React.ReactElement | null {
  const { trans } = useLabpool();
  const { items: book } = props.detail;
  const { counts, filter } = book;
  const gaps = Object.entries(counts?.gaps ?? {});
  return filter.state !== 'partial' || gaps.length === 0 ? null : (
    <Chips
      label={trans.__('Gaps')}
      chips={gaps.map(([code, count]) => ({
        value: code,
        label: reasonWord(code, trans),
        count
      }))}
      value={filter.gap}
      hasMarks={false}
      changed={gap => {
        book.setFilter({ ...filter, gap });
      }}
    />
  );
}

/** Another try for all that failed or came only in part, once the run has ended. */
function RetryAll(props: {
  readonly detail: RunDetail;
  readonly run: Run;
}): React.ReactElement | null {
  const { trans, format } = useLabpool();
  const { detail, run } = props;
  const { retry, isOff } = useRetry(detail);
  const { failed = 0, partial = 0 } = detail.items.counts ?? {};
  if (!hasEnded(run.state) || detail.phase === 'deleted') {
    return null;
  }
  return (
    <>
      {failed > 0 && (
        <Button
          icon={refreshIcon}
          label={trans.__('Retry Failed (%1)', format.number(failed))}
          isOff={isOff}
          press={() => {
            retry(['failed']);
          }}
        />
      )}
      {partial > 0 && (
        <Button
          icon={refreshIcon}
          label={trans.__('Retry Partial (%1)', format.number(partial))}
          isOff={isOff}
          press={() => {
            retry(['partial']);
          }}
        />
      )}
    </>
  );
}
