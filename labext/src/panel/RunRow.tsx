import * as React from 'react';

import type { Run } from '../api/types';
import { Commands } from '../tokens';
import { lackOf } from '../text/endings';
import { CommandButton, useCommands } from '../views/actions';
import { Facts } from '../views/list';
import { openMenu } from '../views/menu';
import { ProgressBar } from '../views/progress';
import { StateMark } from '../views/state';
import { useLabpool, useSignal } from '../views/widget';
import { runFacts, runTime, runTimes } from './runText';

const ACTIONS = [
  Commands.cancelRun,
  Commands.resumeRun,
  Commands.retryRun,
  Commands.editRun,
  Commands.deleteRun
];

/** One run: its name, where it stands, and what can be done. */
export function RunRow(props: {
  readonly run: Run;
  /** What the kind is called. */
  readonly kind: string;
  /** Whether the Tab key comes to this row. */
  readonly isCurrent: boolean;
}): React.ReactElement {
  const page = useLabpool();
  useSignal(page.opened.changed);
  const { give } = useCommands();
  const { run, kind, isCurrent } = props;
  const labpool = { ...page, format: page.kinds.formatOf(run.kind) };
  const tabIndex = isCurrent ? 0 : -1;
  return (
    <div
      className="lp-Row lp-RunRow"
      data-state={run.state}
      aria-current={page.opened.runId === run.id ? 'page' : undefined}
      onContextMenu={event => {
        openMenu(page, event, [Commands.openRun, Commands.renameRun, ...ACTIONS], {
          id: run.id
        });
      }}
    >
      <StateMark run={run} brief />
      <button
        type="button"
        className="lp-Row-name"
        dir="auto"
        tabIndex={tabIndex}
        title={run.name}
        onClick={() => {
          give(Commands.openRun, { id: run.id });
        }}
      >
        {run.name}
      </button>
      <div className="lp-Row-buttons">
        {ACTIONS.map(command => (
          <CommandButton
            key={command}
            command={command}
            args={{ id: run.id }}
            tabIndex={tabIndex}
          />
        ))}
      </div>
      <div className="lp-Row-facts">
        <span
          className="lp-Row-text"
          title={run.error ? labpool.errors.say(run.error) : undefined}
        >
          <Facts items={[...runFacts(run, labpool), kind]} />
        </span>
        <NoticeCount run={run} />
        <span className="lp-Row-time" title={runTimes(run, labpool)}>
          {runTime(run, labpool)}
        </span>
      </div>
      {run.state === 'running' && (
        <ProgressBar
          progress={run.progress}
          label={labpool.trans.__('Progress of %1', run.name)}
        />
      )}
    </div>
  );
}

/** How many notices a run has: seen in the list, and no error. */
function NoticeCount({ run }: { readonly run: Run }): React.ReactElement | null {
  const { trans, format } = useLabpool();
  const lacks = run.state === 'succeeded' && lackOf(run) !== null ? 1 : 0;
  const count = run.notices.length + run.notices_left_out + lacks;
  const words = trans._n('%2 notice', '%2 notices', count, format.number(count));
  return count === 0 ? null : (
    <span className="lp-Row-notices" title={words}>
      <span aria-hidden="true">{`\u26a0\ufe0e ${format.number(count)}`}</span>
      <span className="jp-sr-only">{words}</span>
    </span>
  );
}
