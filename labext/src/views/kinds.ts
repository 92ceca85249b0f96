import * as React from 'react';

import type { Kind } from '../api/types';
import { useLabpool, useSignal } from './widget';

/** The job kinds of the server, asked for once it is there; none before. */
export function useKinds(): readonly Kind[] {
  const { api, session } = useLabpool();
  const [kinds, setKinds] = React.useState<readonly Kind[]>([]);
  useSignal(session.linkChanged);
  const isLive = session.link === 'live';
  React.useEffect(() => {
    if (isLive) {
      api.kinds().then(setKinds, () => {
        // Runs are shown by the names of their kinds then.
      });
    }
  }, [api, isLive]);
  return kinds;
}
