import * as React from 'react';

import { groups } from '../charts/pick';
import { extent } from '../charts/points';
import type { Range } from '../charts/zoomChart';
import { hasEnded } from '../api/types';
import type { RunDetail } from '../model/runDetail';
import { Note } from '../views/notes';
import { useLabpool, useSignal } from '../views/widget';
import { Chart } from './chart';

/** Charts that have room to be tall. */
const FEW = 2;

/** The charts of a run: they show the same steps, and the same one under the pointer. */
export function Metrics(props: {
  readonly detail: RunDetail;
  /** Shows the telling ones at first, and the others when they are asked for. */
  readonly isBrief?: boolean;
}): React.ReactElement {
  const { trans, format } = useLabpool();
  const { detail, isBrief = false } = props;
  const [isWhole, setWhole] = React.useState(!isBrief);
  const group = React.useId();
  const [range, zoom] = React.useState<Range>(null);
  const [step, point] = React.useState<number | null>(null);
  useSignal(detail.series.changed);
  const { curves } = detail.series;
  const all = groups(curves);
  const charts = isWhole ? all : telling(all);
  const areFew = charts.length <= FEW;
  const look = {
    series: curves,
    areFew,
    range: range ?? extent(curves),
    group,
    zoom,
    point
  };
  return (
    <section className="lp-Metrics" aria-label={trans.__('Metrics')}>
      <MetricsHead step={step} range={range} zoom={zoom} />
      {detail.series.isEmpty ? (
        <NoMetrics detail={detail} />
      ) : (
        charts.map(choices => (
          <Chart key={keyOf(choices)} choices={choices} look={look} />
        ))
      )}
      {charts.length < all.length && (
        <button
          type="button"
          className="lp-Quiet"
          onClick={() => {
            setWhole(true);
          }}
        >
          {trans._n(
            'Show %2 more chart',
            'Show %2 more charts',
            all.length - charts.length,
            format.number(all.length - charts.length)
          )}
        </button>
      )}
    </section>
  );
}

/** Losses and scores; of a run that has neither, the first charts. */
function telling<Group extends readonly { readonly side: string }[]>(
  all: readonly Group[]
): readonly Group[] {
  const told = all.filter(([first]) => first?.side !== 'other');
  return told.length > 0 ? told : all.slice(0, FEW);
}

function MetricsHead(props: {
  readonly step: number | null;
  readonly range: Range;
  readonly zoom: (range: Range) => void;
}): React.ReactElement {
  const { trans, format } = useLabpool();
  const { step, range, zoom } = props;
  return (
    <header className="lp-PagePart-head">
      <h2>{trans.__('Metrics')}</h2>
      {step !== null && (
        <span className="lp-Dim">{trans.__('step %1', format.number(step))}</span>
      )}
      {range && (
        <button
          type="button"
          className="lp-Quiet"
          onClick={() => {
            zoom(null);
          }}
        >
          {trans.__('Show all steps')}
        </button>
      )}
    </header>
  );
}

function NoMetrics({ detail }: { readonly detail: RunDetail }): React.ReactElement {
  const { trans } = useLabpool();
  const isOver = detail.run !== null && hasEnded(detail.run.state);
  return (
    <Note>
      {isOver
        ? trans.__('This run measured nothing.')
        : trans.__('Nothing measured yet. Curves appear here with the first step.')}
    </Note>
  );
}

/** Losses and scores keep their chart when a curve joins; the others stand alone. */
function keyOf(choices: ReturnType<typeof groups>[number]): string {
  const first = choices[0];
  return first?.side === 'other' ? first.name : (first?.side ?? '');
}
