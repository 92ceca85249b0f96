import * as React from 'react';

import type { RunDetail } from '../model/runDetail';
import { Note } from '../views/notes';
import { useLabpool, useSignal } from '../views/widget';

/** What there is to say where not all is well with a page. */
export function PhaseNote(props: {
  readonly detail: RunDetail;
  readonly close: () => void;
}): React.ReactElement | null {
  const { trans } = useLabpool();
  const { detail } = props;
  const close = { label: trans.__('Close'), run: props.close };
  switch (detail.phase) {
    case 'loading':
      return <Loading />;
    case 'failed':
      return <LoadFailed detail={detail} />;
    case 'missing':
      return (
        <Note kind="error" action={close}>
          {trans.__('There is no run %1. It may have been deleted.', detail.id)}
        </Note>
      );
    case 'deleted':
      return (
        <Note action={close}>
          {trans.__(
            'This run was deleted with its files. What this page still shows goes when you close it.'
          )}
        </Note>
      );
    default:
      return null;
  }
}

/** Where the server cannot be reached, that is said instead. */
function Loading(): React.ReactElement | null {
  const { trans, session } = useLabpool();
  useSignal(session.linkChanged);
  return ['live', 'connecting', 'idle'].includes(session.link) ? (
    <div className="lp-PageLoading lp-Dim" role="status">
      {trans.__('Loading the run…')}
    </div>
  ) : null;
}

function LoadFailed({ detail }: { readonly detail: RunDetail }): React.ReactElement {
  const { trans } = useLabpool();
  const again = {
    label: trans.__('Try again'),
    run: () => {
      void detail.load();
    }
  };
  return (
    <Note kind="error" action={again}>
      {trans.__('The run could not be loaded: %1', detail.problem)}
    </Note>
  );
}
