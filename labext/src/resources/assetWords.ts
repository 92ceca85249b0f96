import type { TranslationBundle } from '@jupyterlab/translation';

import type { Asset } from '../api/types';
import type { AssetColumn } from '../model/assets';

/** What a kind of asset is called. */
export function kindWord(kind: Asset['kind'], trans: TranslationBundle): string {
  const words: Readonly<Record<Asset['kind'], string>> = {
    model: trans.__('Model'),
    dataset: trans.__('Data set'),
    checkpoint: trans.__('Checkpoint'),
    records: trans.__('Records')
  };
  return words[kind];
}

/** What stands above a column. */
export function columnWord(column: AssetColumn, trans: TranslationBundle): string {
  const words: Readonly<Record<AssetColumn, string>> = {
    name: trans.__('Name'),
    kind: trans.__('Kind'),
    size: trans.__('Size'),
    status: trans.__('Status'),
    source: trans.__('From'),
    created: trans.__('Created')
  };
  return words[column];
}
