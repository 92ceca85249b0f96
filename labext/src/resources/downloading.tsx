import { stopIcon } from '@jupyterlab/ui-components';
import * as React from 'react';

import type { CatalogItem, Progress, Run } from '../api/types';
import { textIn } from '../model/catalog';
import { Commands, type ILabpool } from '../tokens';
import { useCommands } from '../views/actions';
import { Facts } from '../views/list';
import { ProgressBar, progressText } from '../views/progress';
import { stateWord } from '../views/state';
import { useLabpool, useSignal } from '../views/widget';
import { Button } from './button';
import { OpenRun } from './openRun';

/** How far a download is, as it comes. */
export function Downloading(props: {
  readonly item: CatalogItem;
  readonly runId: string;
}): React.ReactElement {
  const labpool = useLabpool();
  const { session, trans, format } = labpool;
  const { can, give } = useCommands();
  const { item, runId } = props;
  useSignal(session.runsChanged);
  const run = session.run(runId);
  const progress = run ? run.progress : item.progress;
  const title = textIn(item.title, format.code);
  return (
    <>
      <ProgressBar
        progress={progress && withTotal(progress, item)}
        label={trans.__('Progress of %1', title)}
      />
      <p className="lp-Card-progress">
        <Facts items={facts(run, progress, labpool)} />
      </p>
      <div className="lp-Card-buttons">
        <Button
          icon={stopIcon}
          label={trans.__('Cancel')}
          name={trans.__('Cancel the download of %1', title)}
          isOff={!can(Commands.cancelRun, { id: runId })}
          press={() => {
            give(Commands.cancelRun, { id: runId });
          }}
        />
        <OpenRun id={runId} />
      </div>
    </>
  );
}

/** Before the Hub has said how much it is, the catalog's own size will do. */
function withTotal(progress: Progress, item: CatalogItem): Progress {
  return progress.total === null && progress.unit === 'byte' && item.size_bytes > 0
    ? { ...progress, total: item.size_bytes }
    : progress;
}

/** Why no bytes come just now, or how they do. */
function facts(
  run: Run | null,
  progress: Progress | null,
  labpool: ILabpool
): readonly string[] {
  const { trans, format } = labpool;
  if (run?.cancel_requested) {
    return [trans.__('Cancelling…')];
  }
  if (run?.state === 'queued') {
    return [trans.__('Waits for a worker')];
  }
  if (run?.state === 'interrupted') {
    const again = run.retry_at;
    return [
      stateWord('interrupted', trans),
      again === null ? '' : trans.__('goes on at %1', format.clock(again))
    ];
  }
  return [
    progress ? progressText(progress, format) : trans.__('Starting…'),
    ...(run ? pace(run, labpool) : [])
  ];
}

function pace(run: Run, { session, trans, format }: ILabpool): readonly string[] {
  const { rate, leftS } = session.paces.of(run);
  const isBytes = run.progress?.unit === 'byte';
  return [
    isBytes && rate !== null && rate > 0
      ? trans.__('%1 per second', format.count(rate, 'byte'))
      : '',
    leftS === null || leftS < 1
      ? ''
      : trans.__('%1 left', format.duration(rounded(leftS)))
  ];
}

/** Seconds that nobody can foresee are not shown. */
function rounded(seconds: number): number {
  return seconds < 120 ? seconds : Math.round(seconds / 60) * 60;
}
