import type {
  Asset,
  AssetsRemoved,
  AssetTotals,
  CatalogPage,
  Page,
  SecretName
} from './types';

/** What can be downloaded, and what is kept. */
export interface AssetApi {
  /** The models or the data sets of the catalog. */
  catalog(which: 'models' | 'datasets'): Promise<CatalogPage>;
  /** One page of assets, newest first. */
  assets(query: AssetsQuery): Promise<Page<Asset>>;
  /** All assets together. */
  assetTotals(): Promise<AssetTotals>;
  /** Deletes an asset; one that Labpool did not bring only when its name is given. */
  deleteAsset(id: string, name?: string): Promise<AssetsRemoved>;
  /** Deletes the older checkpoints of each run that has ended. */
  pruneCheckpoints(keep: number, dryRun?: boolean): Promise<AssetsRemoved>;
  /** Where the browser gets an asset's archive. */
  archiveUrl(id: string): string;
  /** Has the server keep a secret for this person's runs. */
  saveSecret(name: SecretName, value: string): Promise<void>;
}

/** Which assets. */
export interface AssetsQuery {
  readonly limit?: number;
  readonly after?: string;
}

/** How the server is asked. */
export interface Asking {
  readonly get: <T>(path: string, query?: object) => Promise<T>;
  readonly ask: <T>(
    method: 'POST' | 'PATCH' | 'DELETE',
    path: string,
    body?: unknown
  ) => Promise<T>;
  /** An address for a link. */
  readonly link: (path: string, query?: object) => string;
}

/** Makes the part of the REST API that is about the catalog and the assets. */
export function assetApi({ get, ask, link }: Asking): AssetApi {
  const at = (id: string): string => `assets/${encodeURIComponent(id)}`;
  return {
    catalog: which => get(`catalog/${which}`),
    assets: query => get('assets', query),
    assetTotals: () => get('totals/assets'),
    deleteAsset: (id, name) =>
      ask(
        'DELETE',
        at(id) + (name === undefined ? '' : `?name=${encodeURIComponent(name)}`)
      ),
    pruneCheckpoints: (keep, dryRun = false) =>
      ask('POST', 'checkpoints/prune', { keep, dry_run: dryRun }),
    archiveUrl: id => link(`${at(id)}/file`),
    saveSecret: (name, value) => ask('POST', `secrets/${name}`, { value })
  };
}
