import * as React from 'react';

import { alertWords } from '../text/sentences';
import { LinkNote } from '../views/notes';
import { useLabpool, useSignal } from '../views/widget';

/** What is to be known before the lists: the connection, and thresholds that are crossed. */
export function Notices(): React.ReactElement {
  const { session, trans, format } = useLabpool();
  useSignal(session.poolChanged);
  useSignal(session.linkChanged);
  const alerts = session.link === 'live' ? session.alerts : [];
  return (
    <>
      <LinkNote />
      {alerts.length > 0 && (
        <ul className="lp-Alerts" role="status">
          {alerts.map(alert => (
            <li key={`${alert.code} ${alert.subject}`}>
              {alertWords(alert, trans, format)}
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
