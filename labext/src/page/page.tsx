import * as React from 'react';

import { hasEnded, type Run } from '../api/types';
import type { RunDetail } from '../model/runDetail';
import { KindWords } from '../views/kindWords';
import { LinkNote } from '../views/notes';
import { useSignal } from '../views/widget';
import { Details } from './details';
import { Head } from './head';
import { Metrics } from './metrics';
import { Outcome } from './outcome';
import { PhaseNote } from './phaseNote';
import { Workers } from './workers';

/** The page of one run. */
export function Page(props: {
  readonly detail: RunDetail;
  readonly close: () => void;
}): React.ReactElement {
  const { detail } = props;
  useSignal(detail.changed);
  const { run, phase } = detail;
  return (
    <KindWords run={run}>
      <div className="lp-Page">
        <LinkNote />
        {run && (
          <>
            <Head run={run} isDeleted={phase === 'deleted'} />
            <Workers detail={detail} run={run} />
            <Outcome run={run} />
          </>
        )}
        <PhaseNote {...props} />
        {run && (phase === 'ready' || phase === 'deleted') && (
          <Body detail={detail} run={run} />
        )}
      </div>
    </KindWords>
  );
}

/** Charts, and beside or below them the tabs; no charts where nothing was ever measured. */
function Body(props: {
  readonly detail: RunDetail;
  readonly run: Run;
}): React.ReactElement {
  const { detail, run } = props;
  useSignal(detail.series.changed);
  useSignal(detail.items.changed);
  const isPlain = detail.series.isEmpty && hasEnded(run.state);
  return (
    <div
      className="lp-Page-body"
      data-plain={isPlain}
      data-items={detail.items.isThere}
    >
      {!isPlain && <Metrics detail={detail} />}
      <Details detail={detail} run={run} />
    </div>
  );
}
