import { refreshIcon, runIcon, settingsIcon } from '@jupyterlab/ui-components';

import type { Pool, Worker } from '../api/types';
import { Commands, type ILabpool } from '../tokens';
import { ask } from '../views/dialog';
import { attempt, idOf, idSchema } from './attempt';
import { PoolSizeBody } from './PoolSize';

/** Adds the commands that act on the pool and its workers. */
export function addPoolCommands(labpool: ILabpool): void {
  addStart(labpool);
  addResize(labpool);
  addRestart(labpool);
  const tell = (): void => {
    labpool.commands.notifyCommandChanged(Commands.startPool);
    labpool.commands.notifyCommandChanged(Commands.resizePool);
  };
  let shown: Pool['state'] | undefined;
  labpool.session.linkChanged.connect(tell);
  labpool.session.poolChanged.connect(({ pool }) => {
    if (pool?.state !== shown) {
      shown = pool?.state;
      tell();
    }
  });
}

function addStart({ api, commands, session, trans }: ILabpool): void {
  const isStopped = (): boolean => session.pool?.state === 'stopped';
  commands.addCommand(Commands.startPool, {
    icon: runIcon,
    label: trans.__('Start Workers'),
    caption: trans.__('Start the workers now, without a run'),
    isEnabled: () => session.link === 'live' && isStopped(),
    isVisible: isStopped,
    describedBy: { args: { type: 'object', properties: {} } },
    execute: () => attempt(() => api.pool())
  });
}

function addResize(labpool: ILabpool): void {
  const { api, commands, session, trans } = labpool;
  commands.addCommand(Commands.resizePool, {
    icon: settingsIcon,
    label: trans.__('Change Number of Workers…'),
    caption: trans.__('Change the number of workers'),
    isEnabled: () => session.link === 'live' && canResize(session.pool),
    isVisible: () => canResize(session.pool),
    describedBy: { args: SIZE_SCHEMA },
    execute: async args => {
      const { minimum, maximum } = args;
      if (typeof minimum === 'number' && typeof maximum === 'number') {
        return attempt(() => api.resizePool({ minimum, maximum }));
      }
      const pool = session.pool ?? (await attempt(() => api.pool()));
      const size = pool && (await askSize(labpool, pool));
      return size && attempt(() => api.resizePool(size));
    }
  });
}

async function askSize(
  labpool: ILabpool,
  pool: Pool
): Promise<ReturnType<PoolSizeBody['getValue']> | null> {
  const { trans } = labpool;
  const size = await ask(labpool, {
    title: trans.__('Number of Workers'),
    body: new PoolSizeBody(labpool, pool),
    accept: trans.__('Change')
  });
  return size === true ? null : size;
}

function addRestart(labpool: ILabpool): void {
  const { api, commands, session, trans } = labpool;
  const find = (id: string): Worker | undefined =>
    session.pool?.workers.find(worker => worker.id === id);
  commands.addCommand(Commands.restartWorker, {
    icon: refreshIcon,
    label: trans.__('Restart Worker'),
    caption: args => trans.__('Restart the worker %1', idOf(args)),
    isEnabled: args =>
      session.link === 'live' &&
      session.pool?.mode === 'local' &&
      find(idOf(args)) !== undefined,
    describedBy: { args: idSchema('Id of the worker.') },
    execute: async args => {
      const id = idOf(args);
      if (await mayRestart(labpool, find(id))) {
        await attempt(() => api.restartWorker(id));
      }
    }
  });
}

/** Asks where a run would be interrupted. */
async function mayRestart(
  labpool: ILabpool,
  worker: Worker | undefined
): Promise<boolean> {
  if (worker?.run_id == null) {
    return true;
  }
  const { session, trans } = labpool;
  const name = session.run(worker.run_id)?.name ?? worker.run_id;
  const sure = await ask(labpool, {
    title: trans.__('Restart Worker'),
    body: trans.__(
      'The worker %1 is busy with “%2”. That run stops now and goes on from its last checkpoint.',
      worker.id,
      name
    ),
    accept: trans.__('Restart'),
    warns: true
  });
  return sure !== null;
}

/** Whether the pool's size is ours to change. */
export function canResize(pool: Pool | null): boolean {
  return pool !== null && pool.mode !== 'attached';
}

const SIZE_SCHEMA = {
  type: 'object',
  properties: {
    minimum: {
      type: 'integer',
      description: 'Fewest workers; without it a form asks.'
    },
    maximum: { type: 'integer', description: 'Most workers.' }
  }
};
