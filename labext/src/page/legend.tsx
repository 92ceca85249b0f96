import * as React from 'react';

import { isHeldOut } from '../charts/pick';
import { curveColour } from '../charts/theme';
import { useLabpool } from '../views/widget';

/** An entry of a legend: a curve, and the value to tell. */
export interface Entry {
  readonly name: string;
  /** Which of the theme's curve colours. */
  readonly colour: number;
  readonly shown: boolean;
  readonly value: number | null;
}

/** One switch for each curve of a chart, with its latest value or the one pointed at. */
export function Legend(props: {
  readonly entries: readonly Entry[];
  /** Shows a curve or hides it; without it the curves are told only. */
  readonly toggle?: (name: string) => void;
}): React.ReactElement {
  const { entries, toggle } = props;
  return (
    <div className="lp-Legend">
      {entries.map(entry =>
        toggle ? (
          <button
            key={entry.name}
            type="button"
            className="lp-Legend-entry"
            aria-pressed={entry.shown}
            title={entry.name}
            onClick={() => {
              toggle(entry.name);
            }}
          >
            <EntryContent entry={entry} />
          </button>
        ) : (
          <span key={entry.name} className="lp-Legend-entry" title={entry.name}>
            <EntryContent entry={entry} />
          </span>
        )
      )}
    </div>
  );
}

function EntryContent({ entry }: { readonly entry: Entry }): React.ReactElement {
  const { format } = useLabpool();
  return (
    <>
      <span
        className="lp-Legend-line"
        style={{ borderBlockStartColor: curveColour(entry.colour) }}
        data-dashed={isHeldOut(entry.name)}
        aria-hidden="true"
      />
      <bdi>{format.name(entry.name)}</bdi>
      <span className="lp-Legend-value" dir="auto">
        {entry.value === null ? '–' : format.metric(entry.name, entry.value)}
      </span>
    </>
  );
}
