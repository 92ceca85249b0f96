import type { Api } from '../api/client';
import type { Asset } from '../api/types';
import { hasWords } from './catalog';

/** Assets that are asked for at a time, and at the most. */
const PAGE = 200;
const MOST = 1000;

/** By what assets are put in order. */
export type AssetColumn = 'name' | 'kind' | 'size' | 'status' | 'source' | 'created';

/** An order of assets. */
export interface AssetOrder {
  readonly column: AssetColumn;
  readonly isDown: boolean;
}

/** Which assets are shown; an empty text means all. */
export interface AssetFilter {
  readonly search: string;
  readonly kind: Asset['kind'] | '';
}

/** Shows every asset. */
export const ALL_ASSETS: AssetFilter = { search: '', kind: '' };

/** The newest assets, and whether there are more than these. */
export interface Assets {
  readonly items: readonly Asset[];
  readonly hasMore: boolean;
}

/** Asks for assets, page by page. */
export async function allAssets(api: Api): Promise<Assets> {
  const items: Asset[] = [];
  let after: string | null = null;
  do {
    const query = after === null ? { limit: PAGE } : { limit: PAGE, after };
    const page: Awaited<ReturnType<Api['assets']>> = await api.assets(query);
    items.push(...page.items);
    after = page.next;
  } while (after !== null && items.length < MOST);
  return { items, hasMore: after !== null };
}

/** The assets that pass a filter, in order. */
export function arrange(
  assets: readonly Asset[],
  filter: AssetFilter,
  order: AssetOrder,
  code: string
): readonly Asset[] {
  const collator = new Intl.Collator(code, { numeric: true, sensitivity: 'base' });
  const sign = order.isDown ? -1 : 1;
  return assets
    .filter(
      asset =>
        (filter.kind === '' || asset.kind === filter.kind) &&
        hasWords(filter.search, [asset.name, asset.id, asset.source])
    )
    .sort((one, two) => sign * compare(one, two, order.column, collator));
}

function compare(
  one: Asset,
  two: Asset,
  column: AssetColumn,
  collator: Intl.Collator
): number {
  const by =
    column === 'size'
      ? one.size_bytes - two.size_bytes
      : collator.compare(textOf(one, column), textOf(two, column));
  // Those that are alike stay in one order, whichever way the column goes.
  return by !== 0 ? by : collator.compare(one.name, two.name);
}

function textOf(asset: Asset, column: Exclude<AssetColumn, 'size'>): string {
  return column === 'created' ? asset.created_at : asset[column];
}

/** The other way where it is the same column; sizes and times begin with the most. */
export function orderBy(column: AssetColumn, now: AssetOrder): AssetOrder {
  const isDown =
    now.column === column ? !now.isDown : column === 'size' || column === 'created';
  return { column, isDown };
}
