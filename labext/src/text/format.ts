/** A value of a result. */
export type Figure = number | string | boolean | null;

/** The part of a language that figures need. */
export interface Tongue {
  /** For `Intl`. */
  readonly code: string;
  readonly dir: 'ltr' | 'rtl';
  /** What metrics and units are called. */
  readonly names: Readonly<Record<string, string>>;
  readonly text: {
    /** With `{done}` and `{total}` in it. */
    readonly of: string;
    readonly yes: string;
    readonly no: string;
  };
}

const BYTE_UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;
const DAY: Intl.DateTimeFormatOptions = {
  month: 'short',
  day: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23'
};
const CLOCK: Intl.DateTimeFormatOptions = {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23'
};

const UNITS: readonly (readonly [number, 'day' | 'hour' | 'minute'])[] = [
  [86_400, 'day'],
  [3600, 'hour'],
  [60, 'minute']
];

/** Whether a metric is told in bytes, by its name: `memory`, `peak_memory`, `size_bytes`. */
export function isBytes(name: string): boolean {
  return /(^|_)(memory|bytes)(_per_s)?$/.test(name);
}

/** Figures, lengths of time and counts as people of one language read them. */
export class Format {
  private readonly whole: Intl.NumberFormat;
  private readonly figures: Intl.NumberFormat;
  private readonly tiny: Intl.NumberFormat;
  private readonly shares: Intl.NumberFormat;
  private readonly compact: Intl.NumberFormat;
  private readonly time: Intl.DateTimeFormat;
  private readonly day: Intl.DateTimeFormat;
  private readonly year: Intl.DateTimeFormat;
  private readonly ago: Intl.RelativeTimeFormat;

  /** @param language - Whose digits and words are used. */
  constructor(private readonly language: Tongue) {
    const code = language.code;
    this.whole = new Intl.NumberFormat(code, { maximumFractionDigits: 0 });
    this.figures = new Intl.NumberFormat(code, { maximumSignificantDigits: 4 });
    this.tiny = new Intl.NumberFormat(code, {
      notation: 'scientific',
      maximumSignificantDigits: 3
    });
    this.shares = new Intl.NumberFormat(code, { style: 'percent' });
    this.compact = new Intl.NumberFormat(code, {
      notation: 'compact',
      maximumSignificantDigits: 3
    });
    this.time = new Intl.DateTimeFormat(code, CLOCK);
    this.day = new Intl.DateTimeFormat(code, DAY);
    this.year = new Intl.DateTimeFormat(code, { ...DAY, year: 'numeric' });
    this.ago = new Intl.RelativeTimeFormat(code, { numeric: 'auto' });
  }

  /** The language, for `Intl`. */
  get code(): string {
    return this.language.code;
  }

  /** Which way the language is written. */
  get dir(): 'ltr' | 'rtl' {
    return this.language.dir;
  }

  /** What stands between facts in one line: the middle dot looks like a Persian zero. */
  get between(): string {
    return this.language.dir === 'rtl' ? '، ' : ' · ';
  }

  /** Facts in one line. */
  join(facts: readonly string[]): string {
    return facts.join(this.between);
  }

  /** A number with as many digits as one can use. */
  number(value: number): string {
    const size = Math.abs(value);
    if (Number.isInteger(value) || size >= 10_000) {
      return this.whole.format(value);
    }
    return size < 0.001 ? this.tiny.format(value) : this.figures.format(value);
  }

  /** A value of a metric: memory in the unit that fits. */
  metric(name: string, value: number): string {
    return isBytes(name) ? this.bytes(value) : this.number(value);
  }

  /** A number in little room, such as beside an axis. */
  short(value: number): string {
    return Math.abs(value) < 10_000 ? this.number(value) : this.compact.format(value);
  }

  /** A share of one, as percent; below the whole it never says 100 %. */
  percent(value: number): string {
    return this.shares.format(value < 1 ? Math.min(value, 0.99) : 1);
  }

  /** A share that may be more than one: several cores, or several times as fast. */
  share(value: number): string {
    return this.shares.format(value);
  }

  /** A time of day on this machine's clock. */
  clock(at: string): string {
    return this.time.format(new Date(at));
  }

  /** A day and a time of day. */
  date(at: string): string {
    return this.day.format(new Date(at));
  }

  /** A day of any year and a time of day. */
  moment(at: string): string {
    return this.year.format(new Date(at));
  }

  /** How long ago something was; after a week, its date. */
  since(at: string, now = Date.now()): string {
    const seconds = Math.max((now - Date.parse(at)) / 1000, 0);
    const [size, unit] = UNITS.find(([size]) => seconds >= size) ?? [1, 'second'];
    if (seconds >= 7 * 86_400) {
      return this.date(at);
    }
    const count = unit === 'second' ? 0 : Math.floor(seconds / size);
    return this.ago.format(-count, unit);
  }

  /** A length of time in its two largest units. */
  duration(seconds: number): string {
    const all = Math.max(Math.round(seconds), 0);
    const parts: [number, string][] = [
      [Math.floor(all / 86_400), 'day'],
      [Math.floor(all / 3600) % 24, 'hour'],
      [Math.floor(all / 60) % 60, 'minute'],
      [all % 60, 'second']
    ];
    const first = parts.findIndex(([count]) => count > 0);
    const shown = first < 0 ? parts.slice(-1) : parts.slice(first, first + 2);
    const texts = shown
      .filter(([count], at) => at === 0 || count > 0)
      .map(([count, unit]) => this.unit(count, unit));
    return texts.join(this.language.dir === 'rtl' ? ' و ' : ' ');
  }

  /** A number of things; bytes come in the unit that fits. */
  count(value: number, unit: string): string {
    if (unit === 'byte') {
      return this.bytes(value);
    }
    const noun = this.noun(unit, value);
    return noun === '' ? this.number(value) : `${this.number(value)} ${noun}`;
  }

  /** `done of total`, with the unit once. */
  countOf(done: number, total: number, unit: string): string {
    const text = this.language.text.of;
    return fill(text, {
      done: unit === 'byte' ? this.bytes(done) : this.number(done),
      total: this.count(total, unit)
    });
  }

  /** A metric or a unit by the name that people know it by. */
  name(name: string): string {
    return (
      this.language.names[name] ?? name.replace(/(?<=[a-z0-9])_(?=[a-z0-9])/g, ' ')
    );
  }

  /** The names that are known. */
  get names(): Readonly<Record<string, string>> {
    return this.language.names;
  }

  /** The same language, with more names. */
  withNames(names: Readonly<Record<string, string>>): Format {
    return new Format({
      ...this.language,
      names: { ...this.language.names, ...names }
    });
  }

  /** A value of a result. */
  figure(name: string, value: Figure): string {
    if (typeof value === 'number') {
      return this.metric(name, value);
    }
    if (typeof value === 'boolean') {
      return value ? this.language.text.yes : this.language.text.no;
    }
    return value === null ? '–' : (this.language.names[`${name}=${value}`] ?? value);
  }

  private bytes(value: number): string {
    const at = Math.min(Math.floor(Math.log10(Math.max(Math.abs(value), 1)) / 3), 4);
    const digits = at > 0 ? 3 : 4;
    return this.unit(value / 1000 ** at, BYTE_UNITS[at] ?? 'byte', digits);
  }

  /** Persian text has its own words for units; the short ones are Latin letters. */
  private unit(value: number, unit: string, maximumSignificantDigits = 6): string {
    const unitDisplay = this.language.dir === 'rtl' ? 'long' : 'short';
    return new Intl.NumberFormat(this.language.code, {
      style: 'unit',
      unit,
      unitDisplay,
      maximumSignificantDigits
    }).format(value);
  }

  private noun(unit: string, count: number): string {
    const noun = this.name(unit);
    const isTranslated = noun !== unit || this.language.dir === 'rtl';
    if (noun === '' || count === 1 || isTranslated) {
      return noun;
    }
    return /(s|x|ch|sh)$/.test(noun) ? `${noun}es` : `${noun}s`;
  }
}

/** Puts values into a text; a name that has no value stays. */
export function fill(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole);
}
