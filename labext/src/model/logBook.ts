import { Signal, type ISignal } from '@lumino/signaling';

import type { LogLevel, LogLine, RunEvent } from '../api/types';

/** Which lines are shown: from a level up, and with a text in them. */
export interface LogFilter {
  readonly level: LogLevel;
  readonly search: string;
}

/** Levels, the least serious first. */
export const LEVELS: readonly LogLevel[] = ['debug', 'info', 'warning', 'error'];

/** Lines that are kept while the end is followed. */
const MOST = 10_000;
/** Lines that are kept while somebody reads further up. */
const MOST_HELD = 50_000;
/** Lines above the limit before any is let go, so that it is not done for each line. */
const SLACK = 1000;

/** The last lines of a log, each once and in order, and those of them that a filter lets through. */
export class LogBook {
  /** The lines or the filter have changed. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** The lines that the filter lets through. */
  get shown(): readonly LogLine[] {
    return this._shown;
  }

  /** How many lines there are without the filter. */
  get size(): number {
    return this.lines.length;
  }

  /** The first line that is here. */
  get first(): LogLine | undefined {
    return this.lines[0];
  }

  /** The last line that is here. */
  get last(): LogLine | undefined {
    return this.lines.at(-1);
  }

  /** Whether the log begins with the first line that is here. */
  get isWhole(): boolean {
    return this._isWhole;
  }

  /** The filter. */
  get filter(): LogFilter {
    return this._filter;
  }

  /** Shows other lines. */
  setFilter(filter: LogFilter): void {
    this._filter = filter;
    this._shown = this.pass(this.lines);
    this._changed.emit();
  }

  /** Lets no line go while somebody reads further up. */
  hold(isHeld: boolean): void {
    this.isHeld = isHeld;
  }

  /** Starts anew. */
  load(lines: readonly LogLine[], isWhole: boolean): void {
    this.lines = [...lines];
    this._isWhole = isWhole;
    this._shown = this.pass(this.lines);
    this._changed.emit();
  }

  /** Puts older lines before those that are here. */
  prepend(lines: readonly LogLine[], isWhole: boolean): void {
    const first = this.first?.seq ?? Infinity;
    this.load([...lines.filter(line => line.seq < first), ...this.lines], isWhole);
  }

  /** Takes lines in any order; those that are here already are left out. */
  add(lines: readonly LogLine[]): void {
    const last = this.last?.seq ?? 0;
    const later = lines.filter((line, at) => line.seq > (lines[at - 1]?.seq ?? last));
    if (lines.length === 0) {
      return;
    }
    if (later.length === lines.length) {
      this.lines.push(...lines);
      this._shown = [...this._shown, ...this.pass(lines)];
    } else {
      const known = new Map([...this.lines, ...lines].map(line => [line.seq, line]));
      this.lines = [...known.values()].sort((one, two) => one.seq - two.seq);
      this._shown = this.pass(this.lines);
    }
    this.trim();
    this._changed.emit();
  }

  /** Takes the log lines among what was told. */
  hear(events: readonly RunEvent[]): void {
    this.add(events.flatMap(event => (event.type === 'log_written' ? [event] : [])));
  }

  private trim(): void {
    const most = this.isHeld ? MOST_HELD : MOST;
    if (this.lines.length > most + SLACK) {
      this.lines = this.lines.slice(-most);
      const first = this.first?.seq ?? 0;
      this._shown = this._shown.filter(line => line.seq >= first);
      this._isWhole = false;
    }
  }

  private pass(lines: readonly LogLine[]): readonly LogLine[] {
    const level = LEVELS.indexOf(this._filter.level);
    const text = plain(this._filter.search.trim());
    return lines.filter(
      line =>
        LEVELS.indexOf(line.level) >= level &&
        (text === '' || plain(line.text).includes(text))
    );
  }

  private lines: LogLine[] = [];
  private _shown: readonly LogLine[] = [];
  private _isWhole = false;
  private _filter: LogFilter = { level: 'debug', search: '' };
  private isHeld = false;
  private readonly _changed = new Signal<this, void>(this);
}

/** A text as it is searched: letter case and the two ways to write Persian ye and ke are one. */
export function plain(text: string): string {
  return text.toLowerCase().replace(/ي/g, 'ی').replace(/ك/g, 'ک');
}
