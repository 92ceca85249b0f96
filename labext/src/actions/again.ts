import { Notification } from '@jupyterlab/apputils';
import { editIcon, redoIcon } from '@jupyterlab/ui-components';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';

import { hasEnded, type Run, type RunRequest } from '../api/types';
import { isolated } from '../text/sentences';
import { Commands, type ILabpool } from '../tokens';
import type { RunAction } from './runAction';

/** Milliseconds that a word about what was done stays in the corner. */
const TOLD_MS = 5000;

/** A new run like an earlier one, at once or after changes. */
export function againActions(labpool: ILabpool): Readonly<Record<string, RunAction>> {
  const { api, session, trans } = labpool;
  return {
    [Commands.retryRun]: {
      icon: redoIcon,
      label: trans.__('Run Again'),
      caption: name => trans.__('Launch a new run like %1', name),
      fits: run => hasEnded(run.state),
      execute: async run => {
        const launched = await api.launch(asked(run));
        session.learn([launched]);
        Notification.success(
          trans.__('“%1” is launched again; this is its page.', isolated(run.name)),
          { autoClose: TOLD_MS }
        );
        await open(labpool, Commands.openRun, { id: launched.id });
      }
    },
    [Commands.editRun]: {
      icon: editIcon,
      label: trans.__('Run with Changes…'),
      caption: name => trans.__('Change the parameters of %1 for a new run', name),
      fits: run => hasEnded(run.state),
      execute: async run => {
        await open(labpool, Commands.newRun, asked(run) as ReadonlyPartialJSONObject);
      }
    }
  };
}

/** Opens a page of another plugin, which may not be there. */
async function open(
  { commands }: ILabpool,
  id: string,
  args: ReadonlyPartialJSONObject
): Promise<void> {
  if (commands.hasCommand(id)) {
    await commands.execute(id, args);
  }
}

/** What was asked for, once more. */
function asked(run: Run): RunRequest {
  const { kind, name, params, priority, tags, max_attempts, timeout_s } = run;
  return { kind, name, params, priority, tags, max_attempts, timeout_s };
}
