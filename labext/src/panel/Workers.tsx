import * as React from 'react';

import type { Pool } from '../api/types';
import { Commands } from '../tokens';
import { useCommands } from '../views/actions';
import { FocusKeeper } from '../views/list';
import { Note } from '../views/notes';
import { useLabpool, useSignal } from '../views/widget';
import { PoolTotal } from './PoolTotal';
import { WorkerRow } from './WorkerRow';

/** The workers: one row each and a line for all of them. */
export function Workers(): React.ReactElement {
  const { session, trans } = useLabpool();
  useSignal(session.poolChanged);
  useSignal(session.runsChanged);
  useSignal(session.linkChanged);
  const { pool } = session;
  if (!session.seesPool) {
    return <Note>{trans.__('Your login may not see the workers.')}</Note>;
  }
  if (!pool) {
    return <Note>{trans.__('Loading workers…')}</Note>;
  }
  return (
    <FocusKeeper>
      <PoolNote pool={pool} />
      {pool.workers.length > 0 && (
        <>
          <div className="lp-Workers" role="list" aria-label={trans.__('Workers')}>
            {pool.workers.map(worker => (
              <WorkerRow key={worker.id} worker={worker} />
            ))}
          </div>
          <PoolTotal pool={pool} />
        </>
      )}
    </FocusKeeper>
  );
}

/** What is to be said of a pool beside its workers. */
function PoolNote(props: { readonly pool: Pool }): React.ReactElement | null {
  const { trans } = useLabpool();
  const { can, give } = useCommands();
  const { pool } = props;
  if (pool.state === 'stopped') {
    const action = {
      label: trans.__('Start Workers'),
      run: () => {
        give(Commands.startPool);
      }
    };
    return (
      <Note {...(can(Commands.startPool) ? { action } : {})}>
        {trans.__('The workers start with the first run.')}
      </Note>
    );
  }
  if (pool.state === 'failed') {
    return (
      <Note kind="error">
        {trans.__('The workers could not start. Labpool tries again by itself.')}{' '}
        <bdi>{pool.reason}</bdi>
      </Note>
    );
  }
  if (pool.state === 'starting') {
    return <Note>{pool.reason || trans.__('The workers are starting…')}</Note>;
  }
  if (pool.workers.length > 0) {
    return null;
  }
  return (
    <Note>
      {pool.mode === 'attached'
        ? trans.__('The Dask cluster has no workers now.')
        : trans.__('No workers now; they start when there is work.')}
    </Note>
  );
}
