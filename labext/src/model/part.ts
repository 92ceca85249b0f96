import { messageOf } from '../api/error';

/** Something that a page asks the server for, and may ask for again. */
export class Part<T> {
  /**
   * @param get - Asks the server.
   * @param changed - Told when there is something else to show.
   */
  constructor(
    private readonly get: () => Promise<T>,
    private readonly changed: () => void
  ) {}

  /** What the server has said last; null before its first answer. */
  get value(): T | null {
    return this._value;
  }

  /** Why the last question had no answer; empty when it had one. */
  get problem(): string {
    return this._problem;
  }

  /** Asks. Whoever asks meanwhile has it asked once more, for what has changed since. */
  async ask(): Promise<void> {
    this.wanted += 1;
    if (this.isAsking) {
      return;
    }
    this.isAsking = true;
    for (let answered = 0; answered < this.wanted;) {
      answered = this.wanted;
      await this.askOnce();
    }
    this.wanted = 0;
    this.isAsking = false;
  }

  private async askOnce(): Promise<void> {
    try {
      this._value = await this.get();
      this._problem = '';
    } catch (error) {
      this._problem = messageOf(error);
    }
    this.changed();
  }

  private _value: T | null = null;
  private _problem = '';
  private isAsking = false;
  private wanted = 0;
}
