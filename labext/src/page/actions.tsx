import {
  deleteIcon,
  editIcon,
  type LabIcon,
  redoIcon,
  runIcon,
  stopIcon,
  ToolbarButtonComponent
} from '@jupyterlab/ui-components';
import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import { hasEnded, type Run } from '../api/types';
import type { RunDetail } from '../model/runDetail';
import { Commands } from '../tokens';
import { useFocusKept } from '../views/focus';
import { useLabpool, useSignal } from '../views/widget';

/** What can be done with a run in its state. */
export type Action = 'cancelRun' | 'resumeRun' | 'retryRun' | 'editRun' | 'deleteRun';

/** The actions that fit a run, in the order of the buttons. */
export function actionsOf(run: Run): readonly Action[] {
  const isOver = hasEnded(run.state);
  const fits: Readonly<Record<Action, boolean>> = {
    resumeRun: ['failed', 'cancelled', 'interrupted'].includes(run.state),
    cancelRun: !isOver,
    retryRun: isOver,
    editRun: isOver,
    deleteRun: isOver
  };
  return (Object.keys(fits) as Action[]).filter(action => fits[action]);
}

/** The buttons of a run. A command that nobody has registered has no button. */
export function Actions(props: {
  readonly detail: RunDetail;
  /** Only these, where not all that fit it are wanted. */
  readonly among?: readonly Action[];
}): React.ReactElement {
  const { detail, among } = props;
  const { commands, trans, session } = useLabpool();
  useSignal(detail.changed);
  useSignal(session.linkChanged);
  useSignal(commands.commandChanged);
  const node = React.useRef<HTMLDivElement>(null);
  const { run, phase } = detail;
  const isThere = run !== null && (phase === 'loading' || phase === 'ready');
  const actions = isThere
    ? actionsOf(run).filter(
        action =>
          (among?.includes(action) ?? true) && commands.hasCommand(Commands[action])
      )
    : [];
  const kept = useFocusKept(node, 'jp-button, button');
  return (
    <div ref={node} className="lp-PageActions" {...kept}>
      {actions.map(action => (
        <ToolbarButtonComponent
          key={action}
          {...look(action, trans)}
          {...(action === 'cancelRun' && isStopping(run)
            ? { label: trans.__('Cancelling…') }
            : {})}
          enabled={session.link === 'live'}
          noFocusOnClick={false}
          onClick={() => {
            // A button that is pressed in vain keeps the keyboard; one that is off would lose it.
            if (commands.isEnabled(Commands[action], { id: detail.id })) {
              void commands.execute(Commands[action], { id: detail.id });
            }
          }}
        />
      ))}
    </div>
  );
}

function isStopping(run: Run | null): boolean {
  return run?.cancel_requested === true && run.state === 'running';
}

function look(
  action: Action,
  trans: TranslationBundle
): { readonly label: string; readonly icon: LabIcon; readonly tooltip: string } {
  switch (action) {
    case 'cancelRun':
      return {
        label: trans.__('Cancel'),
        icon: stopIcon,
        tooltip: trans.__('Ask the run to stop')
      };
    case 'resumeRun':
      return {
        label: trans.__('Resume'),
        icon: runIcon,
        tooltip: trans.__('Go on from the last checkpoint')
      };
    case 'retryRun':
      return {
        label: trans.__('Run Again'),
        icon: redoIcon,
        tooltip: trans.__('Launch a new run with the same parameters')
      };
    case 'editRun':
      return {
        label: trans.__('Run with Changes…'),
        icon: editIcon,
        tooltip: trans.__('Open the form for a new run, filled in as this one was')
      };
    case 'deleteRun':
      return {
        label: trans.__('Delete'),
        icon: deleteIcon,
        tooltip: trans.__('Delete the run with its log and files')
      };
  }
}
