import * as React from 'react';

import { Commands } from '../tokens';
import { useCommands } from '../views/actions';
import { useLabpool } from '../views/widget';

/** Leads to the page of a run. */
export function OpenRun(props: { readonly id: string }): React.ReactElement | null {
  const { trans, session } = useLabpool();
  const { give } = useCommands();
  const { id } = props;
  return id === '' ? null : (
    <button
      type="button"
      className="lp-Link"
      aria-label={trans.__('Open the run %1', session.run(id)?.name ?? id)}
      onClick={() => {
        give(Commands.openRun, { id });
      }}
    >
      {trans.__('Open Run')}
    </button>
  );
}
