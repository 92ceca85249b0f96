import { DisposableDelegate, type IDisposable } from '@lumino/disposable';

/** A run that somebody shows. */
export interface Watch {
  /** Resolves when everything that happens from now on is heard. */
  readonly heard: Promise<void>;
  /** Disposed of when nobody shows the run any more. */
  readonly end: IDisposable;
}

/** The runs of which the page hears everything, since somebody shows them. */
export class Watches {
  /** @param say - Tells the server which runs these are now. */
  constructor(private readonly say: (ids: readonly string[]) => void) {}

  /** Hears everything of a run from now on. */
  add(id: string): Watch {
    this.counts.set(id, (this.counts.get(id) ?? 0) + 1);
    const heard = new Promise<void>(resolve => this.waiting.push({ id, resolve }));
    this.tell();
    const end = new DisposableDelegate(() => {
      const left = (this.counts.get(id) ?? 1) - 1;
      if (left > 0) {
        this.counts.set(id, left);
      } else {
        this.counts.delete(id);
      }
      this.tell();
    });
    return { heard, end };
  }

  /** Says once more which runs these are. */
  tell(): void {
    this.say([...this.counts.keys()]);
  }

  /** The server has heard. */
  answer(ids: readonly string[]): void {
    const told = this.waiting.filter(one => ids.includes(one.id));
    this.waiting = this.waiting.filter(one => !told.includes(one));
    told.forEach(one => {
      one.resolve();
    });
  }

  private readonly counts = new Map<string, number>();
  private waiting: { readonly id: string; readonly resolve: () => void }[] = [];
}
