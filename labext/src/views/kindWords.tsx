import * as React from 'react';

import type { Run } from '../api/types';
import { LabpoolProvider, useLabpool, useSignal } from './widget';

/** Gives everything inside the words of a run's kind, for its params, metrics and results. */
export function KindWords(props: {
  readonly run: Run | null;
  readonly children: React.ReactNode;
}): React.ReactElement {
  const { run, children } = props;
  const labpool = useLabpool();
  const { kinds } = labpool;
  useSignal(kinds.changed);
  React.useEffect(() => void kinds.load(), [kinds]);
  const format = run === null ? labpool.format : kinds.formatOf(run.kind);
  const worded = React.useMemo(() => ({ ...labpool, format }), [labpool, format]);
  return <LabpoolProvider value={worded}>{children}</LabpoolProvider>;
}
