import { launchIcon, ToolbarButtonComponent } from '@jupyterlab/ui-components';
import * as React from 'react';

import type { Run } from '../api/types';
import type { RunDetail } from '../model/runDetail';
import { Actions, type Action } from '../page/actions';
import { Details } from '../page/details';
import { About, Standing, Times } from '../page/head';
import { Metrics } from '../page/metrics';
import { Outcome } from '../page/outcome';
import { Workers } from '../page/workers';
import { Commands } from '../tokens';
import { useCommands } from '../views/actions';
import { KindWords } from '../views/kindWords';
import { LinkNote, Note } from '../views/notes';
import { useLabpool, useSignal } from '../views/widget';

/** What is pressed below a cell; the rest is on the run's page. */
const ACTIONS: readonly Action[] = ['cancelRun', 'resumeRun'];

/** Whether a run can be shown as it is now; otherwise what the notebook has saved is shown. */
export function isLive(detail: RunDetail): boolean {
  return (
    detail.run !== null && (detail.phase === 'ready' || detail.phase === 'deleted')
  );
}

/** A run below a cell: the same parts as on its page, in little room. */
export function Output({ detail }: { readonly detail: RunDetail }): React.ReactElement {
  useSignal(detail.changed);
  const { run } = detail;
  return (
    <KindWords run={run}>
      <div className="lp-Page lp-Output">
        <LinkNote />
        {run && isLive(detail) ? (
          <Live detail={detail} run={run} />
        ) : (
          <Saved detail={detail} />
        )}
      </div>
    </KindWords>
  );
}

function Live(props: {
  readonly detail: RunDetail;
  readonly run: Run;
}): React.ReactElement {
  const { trans } = useLabpool();
  const { detail, run } = props;
  useSignal(detail.series.changed);
  const [isOpen, open] = React.useState(false);
  return (
    <section className="lp-Output-run" aria-label={run.name}>
      <header className="lp-Output-head">
        <bdi className="lp-Output-name">{run.name}</bdi>
        <Standing run={run} isDeleted={detail.phase === 'deleted'} />
        <div className="lp-PageActions lp-Output-actions">
          <Actions detail={detail} among={ACTIONS} />
          {detail.phase === 'ready' && <OpenButton id={run.id} />}
        </div>
        <About run={run} />
      </header>
      <Workers detail={detail} run={run} />
      <Outcome run={run} />
      {!detail.series.isEmpty && <Metrics detail={detail} isBrief />}
      <details
        className="lp-Output-more"
        onToggle={event => {
          open(event.currentTarget.open);
        }}
      >
        <summary>{trans.__('Log and details')}</summary>
        {isOpen && (
          <>
            <Times run={run} />
            <Details detail={detail} run={run} />
          </>
        )}
      </details>
    </section>
  );
}

function OpenButton({ id }: { readonly id: string }): React.ReactElement | null {
  const { trans } = useLabpool();
  const { can, give } = useCommands();
  return can(Commands.openRun, { id }) ? (
    <ToolbarButtonComponent
      icon={launchIcon}
      label={trans.__('Open')}
      tooltip={trans.__('Open the page of a run')}
      noFocusOnClick={false}
      onClick={() => {
        give(Commands.openRun, { id });
      }}
    />
  ) : null;
}

/** Why what follows is only what was saved; nothing while that is being found out. */
function Saved({ detail }: { readonly detail: RunDetail }): React.ReactElement | null {
  const { trans } = useLabpool();
  switch (detail.phase) {
    case 'missing':
    case 'deleted':
      return (
        <Note>
          {trans.__(
            'This server does not have the run. Below is what was saved with the notebook.'
          )}
        </Note>
      );
    case 'failed':
      return (
        <Note
          kind="error"
          action={{
            label: trans.__('Try again'),
            run: () => {
              void detail.load();
            }
          }}
        >
          {trans.__('The run could not be loaded: %1', detail.problem)}
        </Note>
      );
    default:
      return null;
  }
}
