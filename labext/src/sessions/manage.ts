import { messageOf } from '../api/error';
import type { SessionKept } from '../api/types';
import type { ILabpool } from '../tokens';
import { ask } from '../views/dialog';
import { SessionsBody } from './list';
import { SaveBody, type Given } from './save';
import { readState } from './storageState';

/**
 * Shows the sessions that are kept, until somebody has seen enough.
 *
 * @returns The name of the one that was saved last; empty where none was.
 */
export async function manageSessions(labpool: ILabpool): Promise<string> {
  const { trans } = labpool;
  let last = '';
  for (;;) {
    const wantsMore = await ask(labpool, {
      title: trans.__('Sessions'),
      body: new SessionsBody(labpool),
      accept: trans.__('Save a Session…'),
      cancel: trans.__('Close'),
      types: false
    });
    if (wantsMore === null) {
      return last;
    }
    last = (await saveSession(labpool, ''))?.name ?? last;
  }
}

/**
 * Asks for a session and keeps it; what cannot be kept is asked for again, with the reason.
 *
 * @param name - What it is to be called; empty where that is open.
 * @returns What is kept, or null where nobody gave one.
 */
export async function saveSession(
  labpool: ILabpool,
  name: string
): Promise<SessionKept | null> {
  const { api, trans } = labpool;
  let given: Given = { name, file: null };
  for (let problem = ''; ;) {
    const answer = await ask<Given>(labpool, {
      title: trans.__('Save a Session'),
      body: new SaveBody(labpool, given, problem),
      accept: trans.__('Save')
    });
    if (answer === null || answer === true) {
      return null;
    }
    given = answer;
    try {
      if (answer.file === null) {
        throw new Error(trans.__('Choose a file.'));
      }
      return await api.saveSession(answer.name, await readState(answer.file, trans));
    } catch (error) {
      problem = messageOf(error);
    }
  }
}
