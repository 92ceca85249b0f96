import * as React from 'react';

import type { Choice } from '../charts/pick';
import { type Curves, valueAt } from '../charts/points';
import type { Range, ZoomChart } from '../charts/zoomChart';
import { useLabpool } from '../views/widget';
import { type Entry, Legend } from './legend';

/** Pixels; a metric that stands alone needs less room, and a few charts may have more. */
const HEIGHT = { group: 190, single: 130, few: 250 };

/** What charts of one page have in common. */
export interface Look {
  readonly series: Curves;
  readonly range: Range;
  /** Whether there is room for tall charts. */
  readonly areFew: boolean;
  /** Names the charts that are pointed at together. */
  readonly group: string;
  readonly zoom: (range: Range) => void;
  /** The step under the pointer. */
  readonly point: (step: number | null) => void;
}

/** One chart: its curves, and what they are worth under the pointer. */
export function Chart(props: {
  readonly choices: readonly Choice[];
  readonly look: Look;
}): React.ReactElement {
  const { choices, look } = props;
  const { trans, format } = useLabpool();
  const { setStep, entries, toggle } = useEntries(choices, look.series);
  const drawn = entries.filter(entry => entry.shown);
  const isSingle = choices[0]?.side === 'other';
  const height = HEIGHT[look.areFew ? 'few' : isSingle ? 'single' : 'group'];
  const pointed = (at: number | null): void => {
    setStep(at);
    look.point(at);
  };
  const { frame, probe, chart } = useDrawing({ ...look, height, pointed });
  React.useEffect(() => {
    chart?.draw({ curves: drawn, series: look.series, range: look.range });
  });
  const values = drawn.map(
    ({ name, value }) =>
      `${format.name(name)} ${value === null ? '–' : format.number(value)}`
  );
  return (
    <section className="lp-ChartBox">
      <Legend entries={entries} {...(choices.length > 1 ? { toggle } : {})} />
      <div
        ref={frame}
        className="lp-Chart"
        dir="ltr"
        role="img"
        aria-label={trans.__('Chart by step: %1', values.join(', '))}
        style={{ blockSize: height }}
      >
        <span ref={probe} className="lp-Probe" aria-hidden="true" />
      </div>
    </section>
  );
}

/** The curves of a chart, which of them are shown, and their values at the pointer. */
function useEntries(
  choices: readonly Choice[],
  series: Curves
): {
  readonly setStep: (step: number | null) => void;
  readonly entries: readonly (Entry & Choice)[];
  readonly toggle: (name: string) => void;
} {
  const [hidden, setHidden] = React.useState<readonly string[]>([]);
  const [step, setStep] = React.useState<number | null>(null);
  const entries = choices.map((choice, colour) => ({
    ...choice,
    colour,
    shown: !hidden.includes(choice.name),
    value: valueAt(series[choice.name], step)
  }));
  const toggle = (name: string): void => {
    setHidden(before =>
      before.includes(name) ? before.filter(one => one !== name) : [...before, name]
    );
  };
  return { setStep, entries, toggle };
}

interface Drawing {
  readonly frame: React.RefObject<HTMLDivElement>;
  readonly probe: React.RefObject<HTMLSpanElement>;
  /** Null until the charts' code is there. */
  readonly chart: ZoomChart | null;
}

/** Makes a chart once the code for it has come, which happens with the first chart of a page. */
function useDrawing(options: {
  readonly group: string;
  readonly height: number;
  readonly pointed: (step: number | null) => void;
  readonly zoom: (range: Range) => void;
}): Drawing {
  const { format } = useLabpool();
  const frame = React.useRef<HTMLDivElement>(null);
  const probe = React.useRef<HTMLSpanElement>(null);
  const [chart, setChart] = React.useState<ZoomChart | null>(null);
  const latest = React.useRef(options);
  latest.current = options;
  const { group, height } = options;
  React.useEffect(() => {
    let made: ZoomChart | null = null;
    let isGone = false;
    void import('../charts/zoomChart').then(({ ZoomChart }) => {
      if (!isGone && frame.current && probe.current) {
        made = new ZoomChart(frame.current, probe.current, {
          ...{ group, height, format },
          pointed: step => {
            latest.current.pointed(step);
          },
          zoomed: range => {
            latest.current.zoom(range);
          }
        });
        setChart(made);
      }
    });
    return () => {
      isGone = true;
      made?.dispose();
    };
  }, [group, height, format]);
  return { frame, probe, chart };
}
