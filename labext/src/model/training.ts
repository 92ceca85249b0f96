import type { Asset, CatalogItem } from '../api/types';

/** Parameters that the form of a training begins with. */
export type Training = Readonly<Record<string, string>>;

/** To train from an entry of the catalog. */
export function trainingFromEntry(item: CatalogItem): Training {
  if (item.kind === 'model') {
    return { model: item.id };
  }
  const { text_column: text, label_column: label } = item;
  return {
    dataset: item.id,
    ...(text === null ? {} : { text_column: text }),
    ...(label === null ? {} : { label_column: label })
  };
}

/**
 * To train from an asset; null where that makes no sense.
 *
 * @param entry - The entry of the catalog that the asset is.
 */
export function trainingFromAsset(
  asset: Asset,
  entry: CatalogItem | undefined
): Training | null {
  if (asset.status !== 'ready' || asset.kind === 'records') {
    return null;
  }
  if (entry) {
    return trainingFromEntry(entry);
  }
  return asset.kind === 'dataset' ? { dataset: asset.id } : { model: asset.id };
}
