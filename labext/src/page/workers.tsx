import * as React from 'react';

import type { Progress, Run, Worker } from '../api/types';
import type { RunDetail } from '../model/runDetail';
import { ProgressBar, progressText, shareOf } from '../views/progress';
import { useLabpool, useSignal } from '../views/widget';

/** How far each worker of a run is; of a run that has stopped, how far it came. */
export function Workers(props: {
  readonly detail: RunDetail;
  readonly run: Run;
}): React.ReactElement | null {
  const { session, trans } = useLabpool();
  useSignal(session.poolChanged);
  const { detail, run } = props;
  if (run.state === 'queued') {
    return <p className="lp-Dim lp-Waits">{trans.__('Waiting for a free worker.')}</p>;
  }
  if (run.state !== 'running') {
    return run.progress && run.state !== 'succeeded' ? (
      <ul className="lp-PageWorkers">
        <Row progress={run.progress} label={trans.__('Progress')} state={run.state} />
      </ul>
    ) : null;
  }
  const seen = session.pool?.workers.filter(worker => worker.run_id === run.id) ?? [];
  return (
    <ul className="lp-PageWorkers" aria-label={trans.__('Workers')}>
      {idsOf(run, seen, detail.progress).map(id => {
        const worker = seen.find(one => one.id === id);
        return (
          <Row
            key={id}
            progress={detail.progress.get(id) ?? worker?.progress ?? run.progress}
            label={id}
            state={run.state}
            about={worker}
          />
        );
      })}
    </ul>
  );
}

/** The workers that the run was given to, and any that has spoken since. */
function idsOf(
  run: Run,
  seen: readonly Worker[],
  told: ReadonlyMap<string, Progress>
): readonly string[] {
  return [
    ...new Set([...run.workers, ...seen.map(worker => worker.id), ...told.keys()])
  ];
}

function Row(props: {
  readonly progress: Progress | null;
  readonly label: string;
  readonly state: Run['state'];
  readonly about?: Worker | undefined;
}): React.ReactElement {
  const { trans, format } = useLabpool();
  const { progress, label, about } = props;
  const share = shareOf(progress);
  return (
    <li data-state={props.state}>
      <div className="lp-PageWorkers-words">
        <bdi
          className="lp-Code lp-Dim"
          title={about && `${about.host} · ${String(about.pid)}`}
        >
          {label}
        </bdi>
        <span>
          {progress ? progressText(progress, format) : trans.__('No progress reported')}
        </span>
        {progress?.message && <span dir="auto">{progress.message}</span>}
        {share !== null && <strong>{format.percent(share)}</strong>}
      </div>
      <ProgressBar progress={progress} label={trans.__('Progress of %1', label)} />
    </li>
  );
}
