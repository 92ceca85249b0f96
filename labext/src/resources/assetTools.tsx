import { deleteIcon } from '@jupyterlab/ui-components';
import * as React from 'react';

import type { Asset } from '../api/types';
import type { AssetFilter } from '../model/assets';
import { Choice, SearchField } from '../views/filter';
import { useLabpool } from '../views/widget';
import { kindWord } from './assetWords';
import { Button } from './button';
import { useResources } from './context';
import { prune } from './prune';

const KINDS: readonly Asset['kind'][] = ['model', 'dataset', 'checkpoint', 'records'];

/** Search among the assets, a choice of kind, and what clears up. */
export function AssetTools(props: {
  readonly assets: readonly Asset[];
  readonly filter: AssetFilter;
  readonly changed: (filter: AssetFilter) => void;
  readonly say: (words: string) => void;
}): React.ReactElement {
  const labpool = useLabpool();
  const resources = useResources();
  const { trans } = labpool;
  const { assets, filter, changed, say } = props;
  const has = (kind: Asset['kind']): boolean =>
    assets.some(asset => asset.kind === kind);
  return (
    <div
      className="lp-Resources-filter"
      role="search"
      aria-label={trans.__('Filter what is kept')}
    >
      <SearchField
        value={filter.search}
        placeholder={trans.__('Search what is kept')}
        label={trans.__('Search what is kept by name')}
        changed={search => {
          changed({ ...filter, search });
        }}
      />
      <Choice
        label={trans.__('Kind')}
        all={trans.__('All kinds')}
        value={filter.kind}
        options={KINDS.map(kind => [kind, kindWord(kind, trans)])}
        changed={kind => {
          changed({ ...filter, kind });
        }}
      />
      {has('checkpoint') && (
        <Button
          icon={deleteIcon}
          label={trans.__('Prune Checkpoints…')}
          press={() => {
            void prune(labpool, resources, say);
          }}
        />
      )}
    </div>
  );
}
