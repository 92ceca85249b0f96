import * as React from 'react';

import { ApiError } from '../api/error';
import type { CatalogItem } from '../api/types';
import { DOWNLOAD } from '../model/catalog';
import type { Resources } from '../model/resources';
import type { ILabpool } from '../tokens';
import { useLabpool } from '../views/widget';
import { useResources } from './context';
import { askToken } from './token';

/** What starts the download of an entry. */
export interface Download {
  readonly start: () => void;
  /** Asks for a token first. */
  readonly startWithToken: () => void;
  readonly isBusy: boolean;
}

/** Starts the download of an entry; what goes wrong is shown at its card. */
export function useDownload(item: CatalogItem): Download {
  const labpool = useLabpool();
  const resources = useResources();
  const [isBusy, setBusy] = React.useState(false);
  const run = (asksFirst: boolean): void => {
    setBusy(true);
    void begin(labpool, resources, item, asksFirst).finally(() => {
      setBusy(false);
    });
  };
  return {
    isBusy,
    start: () => {
      run(false);
    },
    startWithToken: () => {
      run(true);
    }
  };
}

async function begin(
  labpool: ILabpool,
  resources: Resources,
  item: CatalogItem,
  asksFirst: boolean
): Promise<void> {
  try {
    if (asksFirst && !(await giveToken(labpool))) {
      return;
    }
    await launch(labpool, resources, item);
    resources.setTrouble(item.id, null);
  } catch (error) {
    if (!asksFirst && codeOf(error) === 'token_needed') {
      // What it says stays at the card for who closes the question.
      resources.setTrouble(item.id, { error, passes: false });
      await begin(labpool, resources, item, true);
      return;
    }
    const passes = codeOf(error) === 'too_many_requests';
    resources.setTrouble(item.id, { error, passes });
  }
}

/** Lets a download go on that waits for a person; else begins one, which goes on from its parts. */
async function launch(
  { api, session }: ILabpool,
  resources: Resources,
  item: CatalogItem
): Promise<void> {
  const last = session.run(resources.stand(item).runId);
  const run =
    last?.state === 'interrupted'
      ? await api.resume(last.id)
      : await api.launch({ kind: DOWNLOAD, params: { id: item.id } });
  session.learn([run]);
}

async function giveToken(labpool: ILabpool): Promise<boolean> {
  const token = await askToken(labpool);
  if (token !== null) {
    await labpool.api.saveSecret('hub_token', token);
  }
  return token !== null;
}

function codeOf(error: unknown): string {
  return error instanceof ApiError ? error.code : '';
}
