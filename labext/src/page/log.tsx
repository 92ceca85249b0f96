import { useVirtualizer, type Virtualizer } from '@tanstack/react-virtual';
import * as React from 'react';

import { hasEnded } from '../api/types';
import type { RunDetail } from '../model/runDetail';
import { Note } from '../views/notes';
import { rowSize } from '../views/rowSize';
import { useLabpool, useSignal } from '../views/widget';
import { useFollow } from './follow';
import { LogRow } from './logRow';
import { LogTools } from './logTools';

/** Pixels of a line that is not broken. */
const LINE = 18;

/** The log of a run; of a long one only the lines in sight are drawn. */
export function Log({ detail }: { readonly detail: RunDetail }): React.ReactElement {
  const { logs } = detail;
  useSignal(logs.changed);
  React.useEffect(
    () => () => {
      logs.hold(false);
    },
    [logs]
  );
  return (
    <div className="lp-Log">
      {logs.size > 0 && <LogTools detail={detail} />}
      {logs.shown.length === 0 ? (
        <NoLines detail={detail} />
      ) : (
        <Lines detail={detail} />
      )}
    </div>
  );
}

function Lines({ detail }: { readonly detail: RunDetail }): React.ReactElement {
  const { trans } = useLabpool();
  const { logs } = detail;
  const list = React.useRef<HTMLDivElement>(null);
  const rows = useVirtualizer<HTMLDivElement, Element>({
    count: logs.shown.length,
    getScrollElement: () => list.current,
    estimateSize: () => LINE,
    getItemKey: at => logs.shown[at]?.seq ?? at,
    measureElement: rowSize,
    overscan: 20
  });
  const follow = useFollow(list, rows.getTotalSize() + logs.shown.length);
  logs.hold(!follow.isFollowing);
  return (
    <div className="lp-Log-body">
      <div
        ref={list}
        className="lp-Log-lines"
        role="log"
        aria-label={trans.__('Log')}
        aria-live="off"
        tabIndex={0}
        dir="ltr"
        onScroll={follow.scrolled}
      >
        {!logs.isWhole && <Earlier detail={detail} rows={rows} />}
        <Rows detail={detail} rows={rows} />
      </div>
      {!follow.isFollowing && (
        <button
          type="button"
          className="jp-mod-styled jp-mod-minimal lp-Log-end"
          onClick={follow.toEnd}
        >
          {trans.__('Follow the end')}
        </button>
      )}
    </div>
  );
}

type Virtual = Virtualizer<HTMLDivElement, Element>;

function Rows(props: {
  readonly detail: RunDetail;
  readonly rows: Virtual;
}): React.ReactElement {
  const { rows, detail } = props;
  const { shown, filter } = detail.logs;
  return (
    <div className="lp-Log-all" style={{ blockSize: rows.getTotalSize() }}>
      {rows.getVirtualItems().map(item => {
        const line = shown[item.index];
        return (
          <div
            key={item.key}
            ref={rows.measureElement}
            data-index={item.index}
            style={{ transform: `translateY(${String(item.start)}px)` }}
          >
            {line && <LogRow line={line} search={filter.search} />}
          </div>
        );
      })}
    </div>
  );
}

/** Asks for lines further back; the line that was first stays where it is. */
function Earlier(props: {
  readonly detail: RunDetail;
  readonly rows: Virtual;
}): React.ReactElement {
  const { trans } = useLabpool();
  const { detail, rows } = props;
  const [isBusy, setBusy] = React.useState(false);
  const ask = async (): Promise<void> => {
    const first = detail.logs.shown[0]?.seq;
    setBusy(true);
    try {
      await detail.loadEarlier();
    } finally {
      setBusy(false);
    }
    const at = detail.logs.shown.findIndex(line => line.seq === first);
    requestAnimationFrame(() => {
      rows.scrollToIndex(Math.max(at, 0), { align: 'start' });
    });
  };
  return (
    <button
      type="button"
      className="lp-Quiet lp-Log-earlier"
      aria-disabled={isBusy}
      onClick={() => {
        if (!isBusy) {
          void ask();
        }
      }}
    >
      {isBusy ? trans.__('Loading…') : trans.__('Load earlier lines')}
    </button>
  );
}

function NoLines({ detail }: { readonly detail: RunDetail }): React.ReactElement {
  const { trans } = useLabpool();
  const { logs, run } = detail;
  if (logs.size > 0) {
    const all = (): void => {
      logs.setFilter({ level: 'debug', search: '' });
    };
    return (
      <Note action={{ label: trans.__('Show all lines'), run: all }}>
        {trans.__('No line matches.')}
      </Note>
    );
  }
  return (
    <Note>
      {run && hasEnded(run.state)
        ? trans.__('This run wrote no log.')
        : trans.__('No log lines yet.')}
    </Note>
  );
}
