import * as React from 'react';

import type { Happening } from '../model/story';
import { sentence } from '../text/sentences';
import { Note } from '../views/notes';
import { useLabpool } from '../views/widget';

/** Events that are drawn; a run that saves a file each second has many. */
const MOST = 1000;

/** What happened to a run, the latest first. */
export function Story(props: {
  readonly story: readonly Happening[];
}): React.ReactElement {
  const { trans, format } = useLabpool();
  const events = props.story.slice(-MOST).reverse();
  if (events.length === 0) {
    return <Note>{trans.__('Nothing has happened yet.')}</Note>;
  }
  const left = props.story.length - events.length;
  return (
    <div className="lp-Scroll">
      <ol className="lp-Story" reversed>
        {events.map(event => (
          <li key={event.seq} data-type={event.type}>
            <time dateTime={event.at} title={format.date(event.at)}>
              {format.clock(event.at)}
            </time>
            <span>{sentence(event, trans, format)}</span>
          </li>
        ))}
      </ol>
      {left > 0 && (
        <Note>
          {trans._n('%2 earlier event', '%2 earlier events', left, format.number(left))}
        </Note>
      )}
    </div>
  );
}
