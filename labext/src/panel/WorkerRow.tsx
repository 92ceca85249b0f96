import * as React from 'react';

import type { Worker } from '../api/types';
import { Commands, type ILabpool } from '../tokens';
import { CommandButton, useCommands } from '../views/actions';
import { Facts } from '../views/list';
import { openMenu } from '../views/menu';
import { ProgressBar, progressText } from '../views/progress';
import { useLabpool } from '../views/widget';
import { WorkerMeters } from './WorkerMeters';

/** One worker: what it does, how far it is, and what it takes. */
export function WorkerRow(props: { readonly worker: Worker }): React.ReactElement {
  const labpool = useLabpool();
  const { session, trans } = labpool;
  const { worker } = props;
  const name = worker.run_id && (session.run(worker.run_id)?.name ?? worker.run_id);
  const shares = isShared(worker, labpool);
  const facts = workerFacts(worker, labpool, shares);
  return (
    <div
      className="lp-Row lp-WorkerRow"
      role="listitem"
      data-row={worker.id}
      data-state={worker.state}
      onContextMenu={event => {
        const id = worker.run_id ?? '';
        if (
          event.target instanceof Element &&
          event.target.closest('.lp-Row-name') &&
          id !== ''
        ) {
          openMenu(labpool, event, [Commands.openRun, Commands.cancelRun], { id });
        } else {
          openMenu(labpool, event, [Commands.restartWorker], { id: worker.id });
        }
      }}
    >
      <span
        className="lp-WorkerRow-mark"
        data-state={worker.state}
        aria-hidden="true"
      />
      {name ? (
        <RunButton id={worker.run_id ?? ''} name={name} />
      ) : (
        <span className="lp-Row-name">{workerWord(worker, trans)}</span>
      )}
      <span className="lp-Row-time">
        <span className="jp-sr-only">{trans.__('Worker')} </span>
        <bdi>{worker.id}</bdi>
      </span>
      <div className="lp-Row-buttons">
        <CommandButton command={Commands.restartWorker} args={{ id: worker.id }} />
      </div>
      {name && (
        <>
          <div className="lp-Row-facts">
            <span className="lp-Row-text" title={labpool.format.join(facts)}>
              <Facts items={facts} />
            </span>
          </div>
          {!shares && (
            <ProgressBar
              progress={worker.progress}
              label={trans.__('Progress of %1', name)}
            />
          )}
        </>
      )}
      <WorkerMeters worker={worker} />
    </div>
  );
}

function RunButton(props: {
  readonly id: string;
  readonly name: string;
}): React.ReactElement {
  const { give } = useCommands();
  const { id, name } = props;
  return (
    <button
      type="button"
      className="lp-Row-name"
      dir="auto"
      title={name}
      onClick={() => {
        give(Commands.openRun, { id });
      }}
    >
      {name}
    </button>
  );
}

/** Whether others work on the same run: what it says of its progress is then that of them all. */
function isShared(worker: Worker, { session }: ILabpool): boolean {
  const workers = session.pool?.workers ?? [];
  const together = workers.filter(one => one.run_id === worker.run_id);
  return worker.run_id !== null && together.length > 1;
}

/** What a worker does now, in the job's words where it has some. */
function workerFacts(
  worker: Worker,
  { trans, format }: ILabpool,
  shares: boolean
): readonly string[] {
  const { progress, state } = worker;
  const facts = [
    state === 'stuck' ? workerWord(worker, trans) : '',
    progress?.message ?? '',
    progress && !shares ? progressText(progress, format) : ''
  ].filter(fact => fact !== '');
  return facts.length > 0 ? facts : [workerWord(worker, trans)];
}

function workerWord(worker: Worker, trans: ILabpool['trans']): string {
  const words: Readonly<Record<Worker['state'], string>> = {
    starting: trans.__('Starting…'),
    idle: trans.__('Idle'),
    busy: trans.__('Working…'),
    stuck: trans.__('Does not answer')
  };
  return words[worker.state];
}
