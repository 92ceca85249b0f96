import type uPlot from 'uplot';

import { align, createChart, type Drawn, HEIGHT } from '../charts/chart';
import { type Choice, pick } from '../charts/pick';
import { type Curves, valueAt } from '../charts/points';
import { isSame, type Palette, palette, watchTheme } from '../charts/theme';
import { h, reveal, set } from './dom';
import { createLegend, type Entry } from './legend';
import type { Part, Voice } from './part';

/** The metrics of a run: a legend and a chart that follows the theme and the width. */
export function createMetrics(voice: Voice): Part {
  const metrics = new Metrics(voice);
  return {
    node: metrics.node,
    draw: shown => {
      metrics.draw(shown.series);
    },
    dispose: () => {
      metrics.dispose();
    }
  };
}

class Metrics {
  readonly node: HTMLElement;
  private readonly frame = h('div', { class: 'lpw-Chart', role: 'img', dir: 'ltr' });
  private readonly probe = h('span', { class: 'lpw-Probe', 'aria-hidden': 'true' });
  private readonly legend;
  private readonly toggled = new Map<string, boolean>();
  private readonly sizes: ResizeObserver;
  private readonly unwatch: () => void;
  private series: Curves = {};
  private colours: Palette | null = null;
  private plot: uPlot | null = null;
  private made = '';
  private pointed: number | null = null;

  constructor(private readonly voice: Voice) {
    this.legend = createLegend(voice, name => {
      this.toggle(name);
    });
    this.frame.style.blockSize = `${String(HEIGHT)}px`;
    this.node = h(
      'div',
      { class: 'lpw-Metrics' },
      this.legend.node,
      this.frame,
      this.probe
    );
    this.sizes = new ResizeObserver(() => {
      this.resize();
    });
    this.sizes.observe(this.frame);
    this.unwatch = watchTheme(this.probe, this.frame, () => {
      this.recolour();
    });
  }

  draw(series: Curves): void {
    this.series = series;
    reveal(this.node, Object.keys(series).length > 0);
    const curves = this.shown();
    const made = curves.map(curve => curve.name).join('\n');
    if (!this.plot || made !== this.made) {
      this.made = made;
      this.build();
    } else {
      this.plot.setData(align(curves, series));
    }
    this.drawLegend();
    set(this.frame, 'aria-label', this.label());
  }

  dispose(): void {
    this.sizes.disconnect();
    this.unwatch();
    this.plot?.destroy();
  }

  private toggle(name: string): void {
    const now = this.choices().find(choice => choice.name === name)?.shown ?? false;
    this.toggled.set(name, !now);
    this.draw(this.series);
  }

  private choices(): Choice[] {
    return pick(this.series).map(choice => ({
      ...choice,
      shown: this.toggled.get(choice.name) ?? choice.shown
    }));
  }

  private all(): Drawn[] {
    const colours = (this.colours ??= palette(this.node)).curves;
    return this.choices().map((choice, at) => ({
      ...choice,
      colour: colours[at % colours.length] ?? 'currentColor'
    }));
  }

  private shown(): Drawn[] {
    return this.all().filter(curve => curve.shown);
  }

  private recolour(): void {
    const now = palette(this.node);
    if (!this.plot || !this.colours || !isSame(now, this.colours)) {
      this.colours = now;
      this.build();
      this.drawLegend();
    }
  }

  private build(): void {
    const width = this.frame.clientWidth || (this.plot?.width ?? 0);
    if (width === 0) {
      return;
    }
    this.plot?.destroy();
    const curves = this.shown();
    const pointed = (at: number | null): void => {
      this.pointed = at;
      this.drawLegend();
    };
    const colours = (this.colours ??= palette(this.node));
    const { format } = this.voice;
    this.plot = createChart(
      this.frame,
      { curves, palette: colours, format, width, pointed },
      align(curves, this.series)
    );
  }

  private resize(): void {
    const width = this.frame.clientWidth;
    if (width > 0 && width !== this.plot?.width) {
      this.build();
    }
  }

  private drawLegend(): void {
    const step =
      this.pointed === null ? null : (this.plot?.data[0][this.pointed] ?? null);
    const entries = this.all().map((curve): Entry => ({
      ...curve,
      value: valueAt(this.series[curve.name], step)
    }));
    this.legend.draw(entries, step);
  }

  private label(): string {
    const told = this.shown().map(curve => {
      const latest = valueAt(this.series[curve.name], null);
      const { format } = this.voice;
      const value = latest === null ? '–' : format.metric(curve.name, latest);
      return `${format.name(curve.name)} ${value}`;
    });
    return `${this.voice.language.text.chart}: ${told.join(', ')}`;
  }
}
