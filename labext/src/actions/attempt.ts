import { Notification } from '@jupyterlab/apputils';
import type { ReadonlyJSONObject, ReadonlyPartialJSONObject } from '@lumino/coreutils';

import { messageOf } from '../api/error';

/** Milliseconds that an error stays in the corner; the bell keeps it. */
const SHOWN_MS = 10_000;

/**
 * Does something; where it fails, shows why in the server's words.
 *
 * @returns What it gave, or null where it failed.
 */
export async function attempt<T>(action: () => Promise<T>): Promise<T | null> {
  try {
    return await action();
  } catch (error) {
    Notification.error(messageOf(error), { autoClose: SHOWN_MS });
    return null;
  }
}

/** The argument `id` of a command; empty where it is not given. */
export function idOf(args: ReadonlyPartialJSONObject): string {
  return typeof args['id'] === 'string' ? args['id'] : '';
}

/** The schema of commands which take one id. */
export function idSchema(
  description: string,
  required: readonly 'id'[] = ['id']
): ReadonlyJSONObject {
  return {
    type: 'object',
    properties: { id: { type: 'string', description } },
    required: [...required]
  };
}
