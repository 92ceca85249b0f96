import uPlot from 'uplot';

import { isBytes, type Format } from '../text/format';
import { type Choice, isHeldOut, type Side } from './pick';
import type { Curves } from './points';
import type { Palette } from './theme';

/** Height of the plot in CSS pixels. */
export const HEIGHT = 180;

/** In a narrower output the second scale has no axis; the legend tells its values. */
const TWO_AXES_WIDTH = 300;
// uPlot's enum is ambient and const: there is nothing of it to import.
// eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment
const AT_END: uPlot.Axis = { side: 1 };

/** A curve with its colour. */
export interface Drawn extends Choice {
  readonly colour: string;
}

/** What a chart is made from. */
export interface ChartOptions {
  readonly curves: readonly Drawn[];
  readonly palette: Palette;
  readonly format: Format;
  readonly width: number;
  /** In CSS pixels. */
  readonly height?: number;
  /** Called with the index of the point under the pointer, or null. */
  readonly pointed: (at: number | null) => void;
  /** Without it nothing is zoomed. */
  readonly zoom?: Zoom;
}

/** Steps are chosen by dragging; a double click shows all of them. */
export interface Zoom {
  /** Charts of one group show the same step under the pointer. */
  readonly group: string;
  readonly zoomed: (range: readonly [number, number] | null) => void;
}

/** Pixels that a drag must have: less is a click. */
const DRAG = 6;

/** Makes a plot; the shown curves are its series. */
export function createChart(
  node: HTMLElement,
  options: ChartOptions,
  data: uPlot.AlignedData
): uPlot {
  const { curves, palette, width, height = HEIGHT, pointed, zoom } = options;
  const chart: uPlot.Options = {
    width,
    height,
    padding: [8, hasTwoAxes(options) ? 0 : 12, 0, 0],
    legend: { show: false },
    cursor: cursor(zoom),
    scales: { x: { time: false }, ...ranges(curves) },
    axes: axes(options),
    series: [{}, ...curves.map(curve => lineOf(curve))],
    hooks: {
      setCursor: [
        plot => {
          pointed(plot.cursor.idx ?? null);
        }
      ],
      setSelect: [
        plot => {
          const { left, width } = plot.select;
          if (zoom && width >= DRAG) {
            plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
            zoom.zoomed([plot.posToVal(left, 'x'), plot.posToVal(left + width, 'x')]);
          }
        }
      ]
    }
  };
  const plot = new uPlot(chart, data, node);
  plot.root.style.setProperty('--lp-cursor', palette.text);
  return plot;
}

function cursor(zoom: Zoom | undefined): uPlot.Cursor {
  const look: uPlot.Cursor = { y: false, points: { size: 7 } };
  if (!zoom) {
    return { ...look, drag: { x: false, y: false } };
  }
  const { group, zoomed } = zoom;
  return {
    ...look,
    drag: { x: true, y: false, setScale: false, dist: DRAG },
    bind: {
      dblclick: () => () => {
        zoomed(null);
        return null;
      }
    },
    sync: {
      key: group,
      scales: ['x', null],
      // A drag belongs to one chart; the others are told the range.
      filters: { pub: type => type === 'mousemove' || type === 'mouseleave' }
    }
  };
}

/** Puts curves with steps of their own on one row of steps. */
export function align(curves: readonly Choice[], series: Curves): uPlot.AlignedData {
  const tables = curves.map((curve): uPlot.AlignedData => {
    const points = series[curve.name];
    return [points?.steps ?? [], points?.values ?? []];
  });
  return tables.length > 0 ? uPlot.join(tables) : [[]];
}

/** The scales of the values; uPlot makes of one value all around it a range from 0 to twice it. */
function ranges(curves: readonly Drawn[]): Record<string, uPlot.Scale> {
  return Object.fromEntries(
    curves.map(curve => [
      scaleOf(curve),
      {
        range: (_: uPlot, low: number | null, high: number | null) =>
          rangeOf(curve.side, low, high)
      }
    ])
  );
}

/**
 * The range of a scale: that of its values with some room, and where they are all one, around it.
 *
 * @param low - The least value; null where there is none.
 * @param high - The greatest one.
 */
export function rangeOf(
  side: Side,
  low: number | null,
  high: number | null
): uPlot.Range.MinMax {
  if (low === null || high === null) {
    return [0, 1];
  }
  if (side === 'score' && low >= 0 && high <= 1) {
    // A share ends at 1: above it there is nothing to be seen.
    return low === high && low < 0.9 ? [0, 1] : [Math.max(0, low - room(low, high)), 1];
  }
  if (low === high) {
    const around = low === 0 ? 1 : Math.abs(low) * 0.1;
    return low === 0 ? [0, around] : [low - around, low + around];
  }
  const least = low - room(low, high);
  return [low >= 0 ? Math.max(0, least) : least, high + room(low, high)];
}

function room(low: number, high: number): number {
  return low === high ? 0.1 : (high - low) * 0.1;
}

function hasTwoAxes({ curves, width }: ChartOptions): boolean {
  return new Set(curves.map(scaleOf)).size > 1 && width >= TWO_AXES_WIDTH;
}

/** Room for the longest value of an axis, in the font that it is drawn with. */
function widthOf(font: string): (plot: uPlot, values: string[] | null) => number {
  return ({ ctx }, values) => {
    ctx.save();
    ctx.font = font;
    const widths = (values ?? []).map(value => ctx.measureText(value).width);
    ctx.restore();
    return Math.max(46, 16 + Math.ceil(Math.max(0, ...widths)));
  };
}

function scaleOf(curve: Choice): string {
  return curve.side === 'other' ? `own ${curve.name}` : curve.side;
}

function lineOf(curve: Drawn): uPlot.Series {
  return {
    scale: scaleOf(curve),
    stroke: curve.colour,
    width: 1.75,
    spanGaps: true,
    ...(isHeldOut(curve.name) ? { dash: [5, 4] } : {}),
    points: { size: 5, fill: curve.colour }
  };
}

/** Steps below; at the start the first curve's scale, at the end the next one. */
function axes(options: ChartOptions): uPlot.Axis[] {
  const { curves, palette, format } = options;
  const look = {
    stroke: palette.text,
    font: palette.font,
    ticks: { show: false },
    values: (_: uPlot, values: number[]) => values.map(value => format.short(value))
  };
  const amounts = {
    values: (_: uPlot, values: number[]) =>
      values.map(value => format.metric('bytes', value))
  };
  const upright = { ...look, size: widthOf(palette.font), gap: 6, space: 32 };
  const [first, second] = new Set(curves.map(scaleOf));
  const inBytes = new Set(curves.filter(each => isBytes(each.name)).map(scaleOf));
  const lookOf = (scale: string): Partial<uPlot.Axis> =>
    inBytes.has(scale) ? { ...upright, ...amounts } : upright;
  const below: uPlot.Axis = {
    ...look,
    grid: { show: false },
    gap: 4,
    size: 26,
    space: 56
  };
  const grid = { stroke: palette.grid, width: 1 };
  const scale = first ?? 'loss';
  const start: uPlot.Axis = { ...lookOf(scale), scale, grid };
  if (second === undefined || !hasTwoAxes(options)) {
    return [below, start];
  }
  return [
    below,
    start,
    { ...lookOf(second), scale: second, ...AT_END, grid: { show: false } }
  ];
}
