import { nullTranslator } from '@jupyterlab/translation';
import * as React from 'react';
import { describe, expect, it } from 'vitest';

import { SessionField } from '../../src/form/fields/session';
import { SessionsBody } from '../../src/sessions/list';
import { readState } from '../../src/sessions/storageState';
import { FakePage } from '../support/view';
import { aSession } from '../support/work';

const trans = nullTranslator.load('labpool');
const file = (text: string): File => new File([text], 'state.json');

describe('a file of a storage state', () => {
  it('is refused where it is something else, with what to do', async () => {
    await expect(readState(file('<html>'), trans)).rejects.toThrow('not JSON');
    await expect(readState(file('[]'), trans)).rejects.toThrow('neither “cookies”');
    await expect(readState(file('3'), trans)).rejects.toThrow('not JSON');
    await expect(readState(file(' '.repeat(5_000_001)), trans)).rejects.toThrow(
      'too large'
    );
  });

  it('is read as it is', async () => {
    const state = { cookies: [{ name: 'a', value: 'b', domain: 'c' }], more: 1 };
    expect(await readState(file(JSON.stringify(state)), trans)).toEqual(state);
  });
});

describe('the sessions', () => {
  async function list(page: FakePage): Promise<SessionsBody> {
    const body = new SessionsBody(page.labpool);
    await page.show(
      (body as unknown as { readonly content: React.ReactElement }).content
    );
    return body;
  }

  it('are told without what is in them, and deleted when asked twice', async () => {
    const page = new FakePage();
    page.server.work.sessions = [
      aSession('desk', { expires_at: '2001-01-01T00:00:00Z' })
    ];
    const body = await list(page);
    expect(page.texts('tbody th')).toEqual(['desk']);
    expect(page.one('[data-over=true]').textContent).toContain('ended');
    await page.does(() => {
      page.one('[aria-label="Delete desk"]').click();
    });
    expect(page.server.asked).not.toContain('delete session desk');
    await page.does(() => {
      page.one('.jp-mod-warn').click();
    });
    expect(page.server.asked).toContain('delete session desk');
    body.dispose();
    await page.close();
  });

  it('say why they are not there', async () => {
    const page = new FakePage();
    page.server.trouble = new Error('The vault is locked.');
    const body = await list(page);
    expect(page.one('[role=alert]').textContent).toContain('The vault is locked.');
    body.dispose();
    await page.close();
  });

  it('are a choice of a form, one that is gone among them', async () => {
    const page = new FakePage();
    page.server.work.sessions = [aSession('desk')];
    const given: unknown[] = [];
    const field = {
      idSchema: { $id: 'it' },
      formData: 'old',
      onChange: (value: unknown) => given.push(value)
    } as unknown as Parameters<typeof SessionField>[0];
    await page.show(<SessionField {...field} />);
    expect(page.texts('option')).toEqual(['No session', 'desk', 'old']);
    const select = page.one('select') as HTMLSelectElement;
    await page.does(() => {
      select.value = '';
      select.dispatchEvent(new Event('change', { bubbles: true }));
    });
    expect(given).toEqual([undefined]);
    await page.close();
  });
});
