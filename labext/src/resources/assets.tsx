import * as React from 'react';

import type { Asset } from '../api/types';
import {
  ALL_ASSETS,
  arrange,
  type AssetFilter,
  type AssetOrder
} from '../model/assets';
import { Note } from '../views/notes';
import { useLabpool, useSignal } from '../views/widget';
import { AssetTable } from './assetTable';
import { AssetTools } from './assetTools';
import { useResources } from './context';

/** The id of the table's title, for links to it. */
export const TABLE_TITLE = 'lp-Assets-title';

const NEWEST_FIRST: AssetOrder = { column: 'created', isDown: true };

/** What is kept: models, data sets, checkpoints and record sets, in a table. */
export function Assets(): React.ReactElement {
  const { trans, format } = useLabpool();
  const resources = useResources();
  useSignal(resources.changed);
  const [filter, setFilter] = React.useState(ALL_ASSETS);
  const [order, setOrder] = React.useState(NEWEST_FIRST);
  const [said, setSaid] = React.useState('');
  const title = React.useRef<HTMLHeadingElement>(null);
  const say = (words: string): void => {
    setSaid(words);
    // The row with the button goes; the keyboard stays at the table.
    title.current?.focus({ preventScroll: true });
  };
  const { value } = resources.assets;
  const items = React.useMemo(
    () => arrange(value?.items ?? [], filter, order, format.code),
    [value, filter, order, format.code]
  );
  return (
    <section className="lp-Assets" aria-labelledby={TABLE_TITLE}>
      <div className="lp-Resources-head">
        <h2 ref={title} id={TABLE_TITLE} tabIndex={-1}>
          {trans.__('Kept on This Server')}
        </h2>
        {value !== null && value.items.length > 0 && (
          <AssetTools
            assets={value.items}
            filter={filter}
            changed={setFilter}
            say={say}
          />
        )}
      </div>
      <p className="lp-Said" role="status">
        {said}
      </p>
      <Trouble />
      {items.length > 0 ? (
        <AssetTable items={items} order={order} setOrder={setOrder} say={say} />
      ) : (
        <NoRows filter={filter} setFilter={setFilter} all={value?.items ?? null} />
      )}
      {value?.hasMore && (
        <p className="lp-Dim">
          {trans.__('Only the newest %1 are shown.', format.number(value.items.length))}
        </p>
      )}
    </section>
  );
}

function Trouble(): React.ReactElement | null {
  const { trans } = useLabpool();
  const { assets } = useResources();
  const again = { label: trans.__('Try Again'), run: () => void assets.ask() };
  return assets.problem === '' ? null : (
    <Note kind="error" action={again}>
      {trans.__('What is kept could not be loaded: %1', assets.problem)}
    </Note>
  );
}

/** Why there is no row. */
function NoRows(props: {
  readonly all: readonly Asset[] | null;
  readonly filter: AssetFilter;
  readonly setFilter: (filter: AssetFilter) => void;
}): React.ReactElement | null {
  const { trans } = useLabpool();
  const { assets } = useResources();
  if (props.all === null) {
    return assets.problem === '' ? <Note>{trans.__('Loading…')}</Note> : null;
  }
  if (props.all.length === 0) {
    return (
      <Note>
        {trans.__(
          'Nothing is kept yet. Download a model or a data set above, or train a model: its checkpoints appear here.'
        )}
      </Note>
    );
  }
  const clear = {
    label: trans.__('Clear Filter'),
    run: () => {
      props.setFilter(ALL_ASSETS);
    }
  };
  return <Note action={clear}>{trans.__('Nothing that is kept matches.')}</Note>;
}
