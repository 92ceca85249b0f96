import { attempt } from '../actions/attempt';
import type { ILabpool } from '../tokens';

/** Forgets a session. Returns whether it did. */
export async function forgetSession({ api }: ILabpool, name: string): Promise<boolean> {
  const done = await attempt(async () => {
    await api.deleteSession(name);
    return true;
  });
  return done === true;
}
