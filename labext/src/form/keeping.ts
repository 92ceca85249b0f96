import { PageConfig } from '@jupyterlab/coreutils';

import { isValues, type Draft } from './draft';
import { NO_TEXTS } from './Envelope';

/** What was typed into the forms of this server, by kind, and which one was typed into last. */
interface Kept {
  readonly last: string;
  readonly drafts: Readonly<Record<string, Draft>>;
}

const NOTHING: Kept = { last: '', drafts: {} };

/** Keeps what is typed over another choice, a reload and a closed page, in this browser. */
export class DraftKeeper {
  /** @param store - Where the browser keeps texts. */
  constructor(private readonly store: Pick<Storage, 'getItem' | 'setItem'>) {}

  /** What was typed for a kind; null where nothing was. */
  of(kind: string): Draft | null {
    return this.read().drafts[kind] ?? null;
  }

  /** What was typed last; null where nothing was. */
  get last(): Draft | null {
    return this.of(this.read().last);
  }

  /** Keeps what is typed now. */
  keep(draft: Draft): void {
    const { drafts } = this.read();
    this.write({ last: draft.kind, drafts: { ...drafts, [draft.kind]: draft } });
  }

  /** Forgets what was typed for a kind: it is launched. */
  forget(kind: string): void {
    const rest = Object.entries(this.read().drafts).filter(([name]) => name !== kind);
    this.write({ last: '', drafts: Object.fromEntries(rest) });
  }

  private read(): Kept {
    try {
      const kept = JSON.parse(
        this.store.getItem(key()) ?? 'null'
      ) as Partial<Kept> | null;
      const drafts = Object.entries(kept?.drafts ?? {}).filter(([, one]) =>
        isValues(one.params)
      );
      return {
        last: kept?.last ?? '',
        drafts: Object.fromEntries(
          drafts.map(([kind, { params, texts }]) => [
            kind,
            { kind, params, texts: { ...NO_TEXTS, ...texts } }
          ])
        )
      };
    } catch {
      return NOTHING; // storage that is forbidden, or a text of somebody else
    }
  }

  private write(kept: Kept): void {
    try {
      this.store.setItem(key(), JSON.stringify(kept));
    } catch {
      // Storage that is full or forbidden: what is typed lasts as long as the page.
    }
  }
}

function key(): string {
  return `labpool:drafts:${PageConfig.getBaseUrl()}`;
}
