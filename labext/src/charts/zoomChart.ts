import 'uplot/dist/uPlot.min.css';

import type uPlot from 'uplot';

import { align, createChart, type ChartOptions, type Drawn } from './chart';
import type { Curves } from './points';
import { isSame, palette, watchTheme, type Palette } from './theme';

/** Steps that are looked at; null for all. */
export type Range = readonly [number, number] | null;

/** What a chart with zoom is made from. */
export interface ZoomOptions {
  /** Charts of one key show the same step under the pointer. */
  readonly group: string;
  readonly height: number;
  readonly format: ChartOptions['format'];
  /** The step under the pointer, or null. */
  readonly pointed: (step: number | null) => void;
  /** Somebody chose a range, or all. */
  readonly zoomed: (range: Range) => void;
}

/** What a chart shows. */
export interface Shown {
  /** The curves; their colours are numbers of the theme's curves. */
  readonly curves: readonly (Omit<Drawn, 'colour'> & { readonly colour: number })[];
  readonly series: Curves;
  readonly range: Range;
}

/** A chart that follows its frame's width and the theme, and is zoomed by dragging. */
export class ZoomChart {
  /** @param frame - Where it is drawn, with a node without size for the theme in it. */
  constructor(
    private readonly frame: HTMLElement,
    probe: HTMLElement,
    private readonly options: ZoomOptions
  ) {
    this.colours = palette(frame);
    this.sizes = new ResizeObserver(() => {
      this.resize();
    });
    this.sizes.observe(frame);
    this.unwatch = watchTheme(probe, frame, () => {
      this.recolour();
    });
  }

  /** Shows other data; what is the same stays where it is. */
  draw(shown: Shown): void {
    const made = shown.curves.map(curve => curve.name).join('\n');
    this.shown = shown;
    if (!this.plot || made !== this.made) {
      this.made = made;
      this.build();
      return;
    }
    const { plot } = this;
    plot.batch(() => {
      plot.setData(align(shown.curves, shown.series), shown.range === null);
      this.look();
    });
  }

  dispose(): void {
    this.sizes.disconnect();
    this.unwatch();
    this.plot?.destroy();
  }

  private build(): void {
    const { shown, frame } = this;
    const width = frame.clientWidth;
    if (!shown || width === 0) {
      return;
    }
    this.plot?.destroy();
    const { group, height, format, zoomed } = this.options;
    const curves = shown.curves.map(curve => ({
      ...curve,
      colour: this.colours.curves[curve.colour % this.colours.curves.length] ?? ''
    }));
    const pointed = (at: number | null): void => {
      this.options.pointed(at === null ? null : (this.plot?.data[0][at] ?? null));
    };
    this.plot = createChart(
      frame,
      {
        ...{ curves, palette: this.colours, format, width, height, pointed },
        zoom: { group, zoomed }
      },
      align(curves, shown.series)
    );
    this.look();
  }

  /** Looks at the chosen range; the values' scale follows what is seen. */
  private look(): void {
    const range = this.shown?.range;
    if (range) {
      this.plot?.setScale('x', { min: range[0], max: range[1] });
    }
  }

  private resize(): void {
    const width = this.frame.clientWidth;
    if (this.plot && width > 0) {
      this.plot.setSize({ width, height: this.options.height });
    } else {
      this.build();
    }
  }

  private recolour(): void {
    const now = palette(this.frame);
    if (!isSame(now, this.colours)) {
      this.colours = now;
      this.build();
    }
  }

  private readonly sizes: ResizeObserver;
  private readonly unwatch: () => void;
  private colours: Palette;
  private shown: Shown | null = null;
  private plot: uPlot | null = null;
  private made = '';
}
