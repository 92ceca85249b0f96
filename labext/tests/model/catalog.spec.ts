import { describe, expect, it } from 'vitest';

import {
  ALL_ENTRIES,
  entryOf,
  languagesOf,
  newestDownloads,
  passes,
  standOf,
  textIn
} from '../../src/model/catalog';
import { aDownload, aReason, anEntry } from '../support/resources';
import { aRun } from '../support/runs';

const error = aReason('hub_offline');

describe('an entry stands', () => {
  it('as the server says, where no download is known', () => {
    const item = anEntry('a', { status: 'error', run_id: 'r', error });
    expect(standOf(item, undefined)).toEqual({ status: 'error', runId: 'r', error });
  });

  it('as downloading from the moment that a run waits for it', () => {
    const run = aDownload(1, 'a', { state: 'queued' });
    const stand = { status: 'downloading', runId: run.id, error: null };
    expect(standOf(anEntry('a'), run)).toEqual(stand);
    const failed = anEntry('a', { status: 'error', run_id: 'old', error });
    expect(standOf(failed, run)).toEqual(stand);
  });

  it.each([
    ['succeeded', { status: 'ready', error: null }],
    ['cancelled', { status: 'absent', error: null }],
    ['failed', { status: 'error', error }]
  ] as const)('as its run left it, once that has %s', (state, expected) => {
    const run = aDownload(1, 'a', { state, error: expected.error });
    const item = anEntry('a', { status: 'downloading', run_id: run.id });
    expect(standOf(item, run)).toMatchObject(expected);
  });

  it('as failed while its run waits for a person', () => {
    const run = aDownload(1, 'a', { state: 'interrupted', error });
    const item = anEntry('a', { status: 'downloading', run_id: run.id });
    expect(standOf(item, run)).toMatchObject({ status: 'error', error });
    const again = { ...run, retry_at: run.created_at };
    expect(standOf(item, again).status).toBe('downloading');
  });

  it('as ready, whatever became of a later look at it', () => {
    const item = anEntry('a', { status: 'ready', run_id: 'run-1' });
    const run = aDownload(2, 'a', { state: 'failed', error });
    expect(standOf(item, run).status).toBe('ready');
  });

  it('as the server says, once it has been asked after the end', () => {
    const run = aDownload(1, 'a', { state: 'succeeded' });
    const item = anEntry('a', { status: 'absent', run_id: run.id });
    expect(standOf(item, run).status).toBe('absent');
  });
});

describe('the downloads of a page', () => {
  it('are told from other runs, the newest of each entry', () => {
    const runs = [aDownload(3, 'a'), aDownload(1, 'a'), aDownload(2, 'b'), aRun(9)];
    const newest = newestDownloads(runs);
    expect([...newest].map(([id, run]) => [id, run.id])).toEqual([
      ['a', 'run-3'],
      ['b', 'run-2']
    ]);
    expect(entryOf(aRun(1, { params: { id: 'a' } }))).toBe('');
  });
});

describe('a filter', () => {
  const item = anEntry('distilbert-fa', {
    languages: ['fa', 'en'],
    title: { en: 'DistilBERT for Persian', fa: 'دیستیل‌برت فارسی' }
  });
  const finds = (filter: Partial<typeof ALL_ENTRIES>): boolean =>
    passes(item, 'absent', { ...ALL_ENTRIES, ...filter });

  it.each(['', 'persian distil', 'ORG/', 'دیستیل برت', 'فارسي', 'tests'])(
    'finds the words “%s” in either language, in any order',
    search => {
      expect(finds({ search })).toBe(true);
    }
  );

  it('finds nothing else', () => {
    expect(finds({ search: 'parsbert' })).toBe(false);
    expect(finds({ kind: 'dataset' })).toBe(false);
    expect(finds({ language: 'ar' })).toBe(false);
    expect(finds({ status: 'ready' })).toBe(false);
  });

  it('chooses kind, language and status', () => {
    expect(finds({ kind: 'model', language: 'fa', status: 'absent' })).toBe(true);
  });

  it('offers the most frequent languages first', () => {
    expect(languagesOf([anEntry('a'), item])).toEqual(['en', 'fa']);
  });
});

it('a text comes in the language of the page, else in English', () => {
  const texts = { en: 'one', fa: 'یک' };
  expect(textIn(texts, 'fa-IR')).toBe('یک');
  expect(textIn(texts, 'de')).toBe('one');
  expect(textIn({}, 'de')).toBe('');
});
