import * as React from 'react';

import type { Pool } from '../api/types';
import type { ILabpool } from '../tokens';
import { Facts } from '../views/list';
import { useLabpool } from '../views/widget';

/** All workers in one line, and what is special about this pool. */
export function PoolTotal(props: { readonly pool: Pool }): React.ReactElement {
  const labpool = useLabpool();
  const { pool } = props;
  const kind = modeWords(pool, labpool);
  return (
    <div className="lp-PoolTotal">
      <div>
        <Facts items={totals(pool, labpool)} />
      </div>
      {kind !== '' && <div>{kind}</div>}
    </div>
  );
}

function totals(pool: Pool, { trans, format }: ILabpool): readonly string[] {
  const { workers, queued } = pool;
  const busy = workers.filter(worker => worker.state === 'busy').length;
  const memory = sum(workers.map(worker => worker.memory_bytes));
  const limit = sum(workers.map(worker => worker.memory_limit_bytes));
  const size = format.number(workers.length);
  return [
    trans._n('%2 worker', '%2 workers', workers.length, size),
    busy > 0 ? trans.__('%1 busy', format.number(busy)) : '',
    queued > 0 ? trans.__('%1 waiting', format.number(queued)) : '',
    trans.__('CPU %1', cpuText(sum(workers.map(worker => worker.cpu)), format)),
    limit > 0
      ? format.countOf(memory, limit, 'byte')
      : memory > 0
        ? format.count(memory, 'byte')
        : ''
  ];
}

function modeWords(pool: Pool, { trans, format }: ILabpool): string {
  switch (pool.mode) {
    case 'attached':
      return trans.__(
        'A Dask cluster of its own: sized and restarted where it was started.'
      );
    case 'threads':
      return trans.__('Workers are threads of the server; they cannot be restarted.');
    default:
      return pool.minimum === pool.maximum
        ? ''
        : trans.__(
            'Follows the work: %1 to %2 workers',
            format.number(pool.minimum),
            format.number(pool.maximum)
          );
  }
}

/** Percent of one core, as the server measures it; several cores give more than 100 %. */
export function cpuText(percent: number, format: ILabpool['format']): string {
  return format.share(percent / 100);
}

function sum(values: readonly number[]): number {
  return values.reduce((all, value) => all + value, 0);
}
