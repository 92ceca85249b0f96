import type { TranslationBundle } from '@jupyterlab/translation';

import type { StorageState } from '../api/types';

/** Bytes of a file that can be a browser's storage state. */
const MOST = 5_000_000;

/**
 * Reads a browser's storage state from a file.
 *
 * @throws Error - It is none; the message says what is wrong and what to do.
 */
export async function readState(
  file: File,
  trans: TranslationBundle
): Promise<StorageState> {
  if (file.size > MOST) {
    throw new Error(
      trans.__('The file is too large for a storage state. Choose another one.')
    );
  }
  const state = parsed(await file.text());
  if (typeof state !== 'object' || state === null) {
    throw new Error(trans.__('The file is not JSON. Choose another one.'));
  }
  if (!('cookies' in state) && !('origins' in state)) {
    throw new Error(
      trans.__(
        'The file is JSON, but no storage state: it has neither “cookies” nor “origins”. Choose another one.'
      )
    );
  }
  return state as StorageState;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
