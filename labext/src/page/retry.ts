import * as React from 'react';

import { attempt } from '../actions/attempt';
import type { RunDetail } from '../model/runDetail';
import { useLabpool, useSignal } from '../views/widget';

/** Has items of a run that has ended tried again. */
export interface Retry {
  readonly retry: (
    states: readonly ('failed' | 'partial')[],
    ids?: readonly string[]
  ) => void;
  /** Whether that cannot be asked for now. */
  readonly isOff: boolean;
}

/** Gives what tries items again; where the server refuses, it says why. */
export function useRetry(detail: RunDetail): Retry {
  const { session } = useLabpool();
  useSignal(session.linkChanged);
  const [isBusy, setBusy] = React.useState(false);
  const retry: Retry['retry'] = (states, ids) => {
    setBusy(true);
    void attempt(async () => {
      session.learn([await detail.items.retry(states, ids)]);
      await detail.items.load();
    }).then(() => {
      setBusy(false);
    });
  };
  return { retry, isOff: isBusy || session.link !== 'live' };
}
