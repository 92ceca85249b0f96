import * as React from 'react';

import type { RunList } from '../model/runList';
import { FocusKeeper } from '../views/list';
import { useLabpool } from '../views/widget';
import { RunRow } from './RunRow';
import { useRows } from './useRows';
import { useSteady } from './useSteady';

/** The rows of a list of runs, however many there are. */
export function RunRows(props: {
  readonly list: RunList;
  /** What the kinds are called, by name. */
  readonly titles: ReadonlyMap<string, string>;
}): React.ReactElement {
  const { trans, format } = useLabpool();
  const { list, titles } = props;
  const scroller = React.useRef<HTMLDivElement>(null);
  const { rows, waiting, release, handlers: hold } = useSteady(list.rows, list.filter);
  const more = React.useCallback(() => void list.loadMore(), [list]);
  const { virtual, current, handlers } = useRows(scroller, rows, more);
  return (
    <FocusKeeper>
      {waiting > 0 && (
        <button type="button" className="lp-Waiting" onClick={release}>
          {trans._n(
            'Show %2 new run',
            'Show %2 new runs',
            waiting,
            format.number(waiting)
          )}
        </button>
      )}
      <div className="lp-Rows" ref={scroller} tabIndex={-1} {...hold}>
        <div
          role="list"
          aria-label={trans.__('Runs')}
          style={{ blockSize: virtual.getTotalSize() }}
          {...handlers}
        >
          {virtual.getVirtualItems().map(item => {
            const run = rows[item.index];
            return run ? (
              <div
                key={run.id}
                role="listitem"
                className="lp-Rows-item"
                aria-posinset={item.index + 1}
                aria-setsize={list.hasMore ? -1 : rows.length}
                data-row={run.id}
                data-index={item.index}
                ref={virtual.measureElement}
                style={{ transform: `translateY(${item.start.toString()}px)` }}
              >
                <RunRow
                  run={run}
                  kind={titles.get(run.kind) ?? run.kind}
                  isCurrent={run.id === current}
                />
              </div>
            ) : null;
          })}
        </div>
      </div>
    </FocusKeeper>
  );
}
