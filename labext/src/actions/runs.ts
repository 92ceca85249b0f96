import { deleteIcon, editIcon, runIcon, stopIcon } from '@jupyterlab/ui-components';

import { hasEnded, type Run } from '../api/types';
import { Commands, type ILabpool } from '../tokens';
import { ask } from '../views/dialog';
import { againActions } from './again';
import { renameRun } from './rename';
import { attempt, idOf, idSchema } from './attempt';
import type { RunAction } from './runAction';

/**
 * Adds the commands that act on one run.
 *
 * @param current - Id of the run that a person looks at, for a command that is given none.
 */
export function addRunCommands(labpool: ILabpool, current: () => string): void {
  const { api, commands, session } = labpool;
  for (const [id, action] of Object.entries(runActions(labpool))) {
    const which = (args: Parameters<typeof idOf>[0]): string => idOf(args) || current();
    const find = (args: Parameters<typeof idOf>[0]): Run | null =>
      session.run(which(args));
    commands.addCommand(id, {
      icon: action.icon,
      label: action.label,
      caption: args => action.caption(find(args)?.name ?? ''),
      isEnabled: args => {
        const run = find(args);
        return session.link === 'live' && run !== null && action.fits(run);
      },
      describedBy: {
        args: idSchema('Id of the run; the one in front where none is given.', [])
      },
      execute: args =>
        attempt(async () => action.execute(find(args) ?? (await api.run(which(args)))))
    });
  }
}

function runActions(labpool: ILabpool): Readonly<Record<string, RunAction>> {
  const { api, session, trans } = labpool;
  return {
    [Commands.cancelRun]: {
      icon: stopIcon,
      label: trans.__('Cancel Run'),
      caption: name => trans.__('Cancel the run %1', name),
      fits: run => !hasEnded(run.state) && !run.cancel_requested,
      execute: async run => {
        session.learn([await api.cancel(run.id)]);
      }
    },
    [Commands.resumeRun]: {
      icon: runIcon,
      label: trans.__('Resume Run'),
      caption: name => trans.__('Resume the run %1 from its last checkpoint', name),
      fits: run => ['interrupted', 'failed', 'cancelled'].includes(run.state),
      execute: async run => {
        session.learn([await api.resume(run.id)]);
      }
    },
    ...againActions(labpool),
    [Commands.renameRun]: {
      icon: editIcon,
      label: trans.__('Rename Run…'),
      caption: name => trans.__('Give the run %1 another name', name),
      fits: () => true,
      execute: run => renameRun(labpool, run)
    },
    [Commands.deleteRun]: {
      icon: deleteIcon,
      label: trans.__('Delete Run'),
      caption: name => trans.__('Delete the run %1', name),
      fits: run => hasEnded(run.state),
      execute: run => deleteRun(labpool, run)
    }
  };
}

async function deleteRun(labpool: ILabpool, run: Run): Promise<void> {
  const { api, trans } = labpool;
  const sure = await ask(labpool, {
    title: trans.__('Delete Run'),
    body: trans.__(
      'Delete “%1” with its log, metrics and files? This cannot be undone.',
      run.name
    ),
    accept: trans.__('Delete'),
    warns: true
  });
  if (sure !== null) {
    await api.deleteRun(run.id);
  }
}
