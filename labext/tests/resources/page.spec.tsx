import { Signal } from '@lumino/signaling';
import * as React from 'react';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { ApiError } from '../../src/api/error';
import Page from '../../src/resources/page';
import type { Sight } from '../../src/resources/sight';
import { Commands } from '../../src/tokens';
import { aDownload, anAsset, anEntry, aReason } from '../support/resources';
import { FakePage } from '../support/view';

let page: FakePage;

beforeEach(() => {
  page = new FakePage();
});

afterEach(async () => {
  await page.close();
});

async function open(...runs: Parameters<FakePage['connect']>[0]): Promise<void> {
  const sight = { isSeen: true };
  const changed = new Signal<Sight, void>(sight as Sight);
  await page.show(<Page sight={{ ...sight, changed }} />);
  if (page.labpool.session.link !== 'live') {
    await page.connect(runs);
  }
}

const button = (card: string, name: string): HTMLElement => {
  const all = page.one(`#lp-entry-${card}`).querySelectorAll('button');
  const found = [...all].find(one => one.textContent === name);
  if (!found) {
    throw new Error(`${card} has no button ${name}`);
  }
  return found;
};

describe('a card', () => {
  it('of what is not here downloads it', async () => {
    page.server.entries = [anEntry('bert')];
    await open(aDownload(1, 'other', { state: 'succeeded' }));
    await page.does(() => {
      button('bert', 'Download').click();
    });
    expect(page.server.asked).toContain(
      'launch {"kind":"download","params":{"id":"bert"}}'
    );
  });

  it('of a download tells how far it is, and leads to its run', async () => {
    page.server.entries = [anEntry('bert', { status: 'downloading', run_id: 'run-1' })];
    const progress = { done: 1e6, total: 4e6, unit: 'byte', message: '' };
    await open(aDownload(1, 'bert', { progress }));
    expect(page.one('[role=progressbar]').getAttribute('aria-valuenow')).toBe('25');
    expect(page.one('.lp-Card-progress').textContent).toContain('1 MB of 4 MB');
    await page.does(() => {
      button('bert', 'Cancel').click();
    });
    expect(page.server.asked).toContain('cancel run-1');
    expect(button('bert', 'Open Run')).toBeTruthy();
  });

  it('of what is here opens a form for a training', async () => {
    const given: unknown[] = [];
    page.labpool.commands.addCommand(Commands.newRun, {
      execute: args => given.push(args)
    });
    page.server.entries = [anEntry('bert', { status: 'ready' })];
    await open();
    await page.does(() => {
      button('bert', 'Train…').click();
    });
    expect(given).toEqual([{ kind: 'train', params: { model: 'bert' } }]);
  });

  it('of a failed download says why in our words, with the server’s below', async () => {
    const error = aReason('hash_mismatch');
    page.server.entries = [anEntry('bert', { status: 'error', error })];
    await open();
    expect(page.one('.lp-Reason > p').textContent).toContain('not what the Hub');
    expect(page.one('.lp-Reason details').textContent).toContain(error.message);
    expect(button('bert', 'Retry')).toBeTruthy();
  });

  it('lets a download go on that waits for a person', async () => {
    const error = aReason('hub_offline');
    page.server.entries = [
      anEntry('bert', { status: 'error', run_id: 'run-1', error })
    ];
    await open(aDownload(1, 'bert', { state: 'interrupted', error }));
    await page.does(() => {
      button('bert', 'Retry').click();
    });
    expect(page.server.asked).toContain('resume run-1');
  });

  it('keeps what the server answered to its button', async () => {
    page.server.entries = [anEntry('bert')];
    await open(aDownload(7, 'other'));
    page.server.trouble = new ApiError(429, 'too_many_requests', 'Wait.', {
      run_ids: ['run-7']
    });
    await page.does(() => {
      button('bert', 'Download').click();
    });
    page.server.trouble = null;
    expect(page.one('#lp-entry-bert [role=alert]').textContent).toContain(
      'Another download of yours'
    );
    expect(button('bert', 'Open Run')).toBeTruthy();
  });
});

describe('instead of what is not there it says', () => {
  it('that catalog and table are empty, and what comes next', async () => {
    await open();
    expect(page.texts('.lp-Note p').join(' ')).toMatch(
      /The catalog is empty.*Nothing is kept yet\. Download/
    );
  });

  it('what is wrong with the catalog’s files', async () => {
    page.server.entries = [anEntry('bert')];
    page.server.problems = [{ file: 'm.yaml', line: 7, message: 'no id' }];
    await open();
    expect(page.one('.lp-CatalogProblems li').textContent).toBe('m.yaml:7: no id');
    expect(page.one('.lp-CatalogProblems summary').textContent).toContain('1 problem');
  });

  it('why an answer did not come, and asks again', async () => {
    page.server.entries = [anEntry('bert')];
    await page.connect([]);
    page.server.trouble = new Error('The disk is away.');
    await open();
    expect(page.texts('[role=alert] p')).toHaveLength(3);
    page.server.trouble = null;
    await page.does(() => {
      page.one('.lp-Catalog .lp-Note-action').click();
    });
    expect(page.texts('.lp-Card h4')).toEqual(['The bert']);
  });
});

describe('the table', () => {
  beforeEach(() => {
    page.server.assets = [
      anAsset(1, { name: 'b' }),
      anAsset(2, { name: 'a', kind: 'checkpoint', source: 'run-1' })
    ];
  });

  it('is ordered by the column that is pressed', async () => {
    await open();
    expect(page.texts('.lp-AssetTable-name')).toEqual(['a', 'b']);
    await page.does(() => {
      page.one('[data-column=size] button').click();
    });
    await page.does(() => {
      page.one('[data-column=size] button').click();
    });
    expect(page.texts('.lp-AssetTable-name')).toEqual(['b', 'a']);
    expect(page.one('th[data-column=size]').getAttribute('aria-sort')).toBe(
      'ascending'
    );
  });

  it('asks before it deletes', async () => {
    await open();
    await page.does(() => {
      page.one('[data-row=asset-1] button[title="Delete…"]').click();
    });
    expect(page.server.asked.join()).not.toContain('delete asset');
    expect(document.querySelector('.jp-Dialog')?.textContent).toContain('1 MB');
  });
});
