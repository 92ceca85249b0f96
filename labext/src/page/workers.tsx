import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import type { Pool, Progress, Run, Worker } from '../api/types';
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
    return <p className="lp-Dim lp-Waits">{waitWords(session.pool, trans)}</p>;
  }
  if (run.state !== 'running') {
    return run.progress && run.state !== 'succeeded' ? (
      <ul className="lp-PageWorkers">
        <Row progress={run.progress} label={trans.__('Progress')} state={run.state} />
      </ul>
    ) : null;
  }
  const seen = session.pool?.workers.filter(worker => worker.run_id === run.id) ?? [];
  const ids = idsOf(run, seen, detail.progress);
  const shares = ids.length > 1;
  return (
    <ul className="lp-PageWorkers" aria-label={trans.__('Workers')}>
      {shares && (
        <Row
          progress={run.progress && { ...run.progress, message: '' }}
          label={trans.__('All workers')}
          state={run.state}
        />
      )}
      {ids.map(id => {
        const worker = seen.find(one => one.id === id);
        return (
          <Row
            key={id}
            progress={detail.progress.get(id) ?? worker?.progress ?? run.progress}
            label={id}
            state={run.state}
            about={worker}
            shares={shares}
          />
        );
      })}
    </ul>
  );
}

/** What a run in the queue waits for. */
function waitWords(pool: Pool | null, trans: TranslationBundle): string {
  switch (pool?.state) {
    case 'starting':
    case 'stopped':
      return trans.__('The workers are starting; it begins as soon as one is there.');
    case 'failed':
      return trans.__('The workers could not start; it begins when they do.');
    default:
      return pool?.workers.length === 0
        ? trans.__('Waiting for a worker to come up.')
        : trans.__('Waiting for a free worker.');
  }
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
  /** Whether it is one of several: what they say of the progress is that of them all. */
  readonly shares?: boolean;
}): React.ReactElement {
  const { trans, format } = useLabpool();
  const { progress, label, about, shares = false } = props;
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
        {!shares && (
          <span>
            {progress
              ? progressText(progress, format)
              : trans.__('No progress reported')}
          </span>
        )}
        {progress?.message && <span dir="auto">{progress.message}</span>}
        {share !== null && !shares && <strong>{format.percent(share)}</strong>}
      </div>
      {!shares && (
        <ProgressBar progress={progress} label={trans.__('Progress of %1', label)} />
      )}
    </li>
  );
}
