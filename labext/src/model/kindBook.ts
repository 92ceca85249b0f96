import { Signal, type ISignal } from '@lumino/signaling';

import type { Api } from '../api/client';
import type { Kind } from '../api/types';
import type { Format } from '../text/format';
import type { Session } from './session';

/** What the kinds of run are called and what they call things, in the page's language. */
export class KindBook {
  /**
   * @param api - Where the kinds' own words come from.
   * @param session - It knows the titles.
   * @param format - Of the page's language, with the words of no kind.
   */
  constructor(
    private readonly api: Api,
    private readonly session: Session,
    private readonly format: Format
  ) {
    this.language = format.code.split('-')[0] ?? 'en';
  }

  /** More words are known. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** What a kind is called. */
  title(kind: string): string {
    const titles = this.session.kinds.get(kind);
    return titles?.[this.language] ?? titles?.['en'] ?? kind;
  }

  /** A title or description of a kind in the page's language. */
  text(kind: Kind, english: string): string {
    return kind.words[this.language]?.[english] ?? english;
  }

  /** What a kind calls its params, by name; nothing before its words are known. */
  params(kind: string): ReadonlyMap<string, string> {
    const known = this.kinds.get(kind);
    const fields = known?.params_schema['properties'];
    if (!known || typeof fields !== 'object' || fields === null) {
      return new Map();
    }
    return new Map(
      Object.entries(fields).flatMap(([name, field]: [string, unknown]) => {
        const title = (field as { readonly title?: unknown }).title;
        return typeof title === 'string' ? [[name, this.text(known, title)]] : [];
      })
    );
  }

  /** Numbers and names as runs of a kind tell them. */
  formatOf(kind: string): Format {
    const known = this.formats.get(kind);
    if (known) {
      return known;
    }
    const { words = {} } = this.kinds.get(kind) ?? {};
    const { en = {}, [this.language]: own = {} } = words;
    const made = this.format.withNames({ ...en, ...this.format.names, ...own });
    const format = this.language === 'en' ? this.format.withNames(en) : made;
    this.formats.set(kind, format);
    return format;
  }

  /** Takes in kinds that an answer has brought. */
  learn(kinds: readonly Kind[]): void {
    this.kinds = new Map(kinds.map(kind => [kind.name, kind]));
    this.formats.clear();
    this._changed.emit();
  }

  /** Asks for the kinds' words, once; a page without them falls back on names. */
  async load(): Promise<void> {
    this.loading ??= this.api.kinds().then(
      kinds => {
        this.learn(kinds);
      },
      () => {
        this.loading = null;
      }
    );
    await this.loading;
  }

  private readonly language: string;
  private kinds: ReadonlyMap<string, Kind> = new Map();
  private readonly formats = new Map<string, Format>();
  private loading: Promise<void> | null = null;
  private readonly _changed = new Signal<this, void>(this);
}
