import * as React from 'react';

import type { Link } from '../model/link';
import { useLabpool, useSignal } from './widget';

/** Words in the place of something that is not there, with what can be done about it. */
export function Note(props: {
  readonly kind?: 'quiet' | 'error';
  readonly children: React.ReactNode;
  readonly action?: { readonly label: string; readonly run: () => void };
}): React.ReactElement {
  const { kind = 'quiet', children, action } = props;
  return (
    <div
      className="lp-Note"
      data-kind={kind}
      role={kind === 'error' ? 'alert' : 'note'}
    >
      <p>{children}</p>
      {action && (
        <button
          type="button"
          className="jp-mod-styled jp-mod-minimal lp-Note-action"
          onClick={action.run}
        >
          {action.label}
        </button>
      )}
    </div>
  );
}

/** What stands between the page and the server, if anything; null when all is well. */
export function LinkNote(): React.ReactElement | null {
  const { session, trans } = useLabpool();
  useSignal(session.linkChanged);
  const again = {
    label: trans.__('Try again'),
    run: () => {
      void session.connect();
    }
  };
  const told = linkWords(session.link, trans, session.problem);
  if (told === null) {
    return null;
  }
  if (session.link === 'reconnecting') {
    return (
      <div className="lp-Reconnecting" role="status">
        {told}
      </div>
    );
  }
  return (
    <Note kind="error" action={again}>
      {told}
    </Note>
  );
}

function linkWords(
  link: Link,
  trans: ReturnType<typeof useLabpool>['trans'],
  problem: string
): string | null {
  switch (link) {
    case 'reconnecting':
      return trans.__('The server is away. Reconnecting…');
    case 'missing':
      return trans.__(
        'This server does not run Labpool. Install the Python package labpool where the server runs, then restart it.'
      );
    case 'refused':
      return trans.__(
        'Your login may not see the runs of this server. Log in again, or ask whoever runs it.'
      );
    case 'failed':
      return trans.__('Labpool could not start on the server: %1', problem);
    default:
      return null;
  }
}
