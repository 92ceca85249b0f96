import * as React from 'react';

import type { CatalogItem } from '../api/types';
import { reasonWords, type Reason } from '../text/hub';
import { useLabpool } from '../views/widget';
import { useDownload } from './launch';

/** Errors that another token may cure. */
const WANTS_TOKEN = ['token_needed', 'access_denied'];

/** Why something is not here, what to do, and the server's own words where ours are shorter. */
export function ReasonBox(props: {
  readonly item: CatalogItem;
  readonly reason: Reason;
  /** Whether it answers a button that was just pressed. */
  readonly isNews?: boolean;
  /** Where to look further. */
  readonly children?: React.ReactNode;
}): React.ReactElement {
  const { trans, format } = useLabpool();
  const { item, reason, isNews = false, children } = props;
  const { startWithToken } = useDownload(item);
  const words = reasonWords(reason, trans, format);
  return (
    <div className="lp-Reason" role={isNews ? 'alert' : undefined}>
      <p dir="auto">{words === '' ? reason.message : words}</p>
      <div className="lp-Reason-links">
        {WANTS_TOKEN.includes(reason.code) && (
          <button type="button" className="lp-Link" onClick={startWithToken}>
            {trans.__('Give a Token…')}
          </button>
        )}
        {children}
        {words !== '' && reason.code !== 'too_many_requests' && (
          <details>
            <summary>{trans.__('Details')}</summary>
            <p dir="auto">{reason.message}</p>
          </details>
        )}
      </div>
    </div>
  );
}
