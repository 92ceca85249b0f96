import { describe, expect, it } from 'vitest';

import {
  ALL_ASSETS,
  allAssets,
  arrange,
  orderBy,
  type AssetColumn
} from '../../src/model/assets';
import { trainingFromAsset, trainingFromEntry } from '../../src/model/training';
import { anAsset, anEntry } from '../support/resources';
import { FakeServer } from '../support/server';

describe('assets', () => {
  it('are asked for page by page, up to a thousand', async () => {
    const server = new FakeServer();
    server.assets = Array.from({ length: 450 }, (_, at) => anAsset(at));
    expect((await allAssets(server.api)).items).toHaveLength(450);
    expect(server.asked).toEqual(['assets ', 'assets 200', 'assets 400']);
    server.assets = Array.from({ length: 1200 }, (_, at) => anAsset(at));
    const many = await allAssets(server.api);
    expect([many.items.length, many.hasMore]).toEqual([1000, true]);
  });

  const two = anAsset(2, { name: 'step-2', kind: 'checkpoint', source: 'run-7' });
  const ten = anAsset(10, { name: 'step-10', kind: 'checkpoint', size_bytes: 5 });
  const model = anAsset(1, { name: 'Bert', status: 'error' });
  const names = (column: AssetColumn, isDown: boolean): string[] =>
    arrange([two, ten, model], ALL_ASSETS, { column, isDown }, 'en').map(
      asset => asset.name
    );

  it('are in the order of any column, numbers as numbers', () => {
    expect(names('name', false)).toEqual(['Bert', 'step-2', 'step-10']);
    expect(names('size', true)).toEqual(['step-2', 'Bert', 'step-10']);
    expect(names('created', true)).toEqual(['step-10', 'step-2', 'Bert']);
    expect(names('status', false)).toEqual(['Bert', 'step-2', 'step-10']);
  });

  it('are found by name, source and kind', () => {
    const found = (search: string, kind: typeof ALL_ASSETS.kind = ''): number =>
      arrange(
        [two, ten, model],
        { search, kind },
        { column: 'name', isDown: false },
        'en'
      ).length;
    expect(found('STEP')).toBe(2);
    expect(found('run-7')).toBe(1);
    expect(found('', 'model')).toBe(1);
    expect(found('step', 'model')).toBe(0);
  });

  it('turn round when a column is chosen twice', () => {
    const first = orderBy('size', { column: 'name', isDown: false });
    expect(first).toEqual({ column: 'size', isDown: true });
    expect(orderBy('size', first).isDown).toBe(false);
    expect(orderBy('name', first).isDown).toBe(false);
  });
});

describe('a training begins', () => {
  const table = anEntry('fruit', { kind: 'dataset', text_column: 'content' });

  it('with an entry of the catalog, and the columns that it knows', () => {
    expect(trainingFromEntry(anEntry('bert'))).toEqual({ model: 'bert' });
    expect(trainingFromEntry(table)).toEqual({
      dataset: 'fruit',
      text_column: 'content'
    });
  });

  it('with an asset that is whole', () => {
    const checkpoint = anAsset(1, { kind: 'checkpoint' });
    expect(trainingFromAsset(checkpoint, undefined)).toEqual({ model: 'asset-1' });
    const data = anAsset(2, { kind: 'dataset', source: 'fruit' });
    expect(trainingFromAsset(data, table)).toMatchObject({ text_column: 'content' });
    expect(trainingFromAsset(data, undefined)).toEqual({ dataset: 'asset-2' });
    expect(trainingFromAsset(anAsset(3, { status: 'error' }), undefined)).toBeNull();
    expect(trainingFromAsset(anAsset(4, { kind: 'records' }), undefined)).toBeNull();
  });
});
