import type { Asset, CatalogItem, Run, RunError } from '../../src/api/types';
import { aRun, at } from './runs';

/** An entry of the catalog that is not here. */
export function anEntry(id: string, change: Partial<CatalogItem> = {}): CatalogItem {
  return {
    id,
    kind: 'model',
    repo_id: `org/${id}`,
    revision: '0'.repeat(40),
    allow_patterns: [],
    license: 'MIT',
    gated: false,
    size_bytes: 5_000_000,
    languages: ['en'],
    title: { en: `The ${id}`, fa: `${id} فارسی` },
    description: { en: 'For the tests.', fa: 'برای آزمون‌ها.' },
    pickle: false,
    unverified: [],
    text_column: null,
    label_column: null,
    splits: {},
    status: 'absent',
    progress: null,
    run_id: null,
    asset_id: null,
    error: null,
    ...change
  };
}

/** A model that is here; each is as old as its number. */
export function anAsset(number: number, change: Partial<Asset> = {}): Asset {
  return {
    id: `asset-${number.toString()}`,
    name: `org/model-${number.toString()}`,
    kind: 'model',
    size_bytes: 1_000_000 * number,
    status: 'ready',
    source: '',
    created_at: at(number),
    ours: true,
    path: `/cache/${number.toString()}`,
    meta: {},
    ...change
  };
}

/** A download of an entry that goes on. */
export function aDownload(number: number, id: string, change: Partial<Run> = {}): Run {
  return aRun(number, {
    kind: 'download',
    name: id,
    params: { id },
    state: 'running',
    ended_at: null,
    ...change
  });
}

/** Why a run failed. */
export function aReason(code: string): RunError {
  return { code, message: `The server's words for ${code}.`, details: {} };
}
