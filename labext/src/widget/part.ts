import type { Format } from '../text/format';
import type { Language } from './i18n';
import type { Snapshot } from './types';

/** What every part of the view needs to speak to people. */
export interface Voice {
  readonly language: Language;
  readonly format: Format;
}

/** A part of the view: made once, then drawn in place. */
export interface Part {
  readonly node: HTMLElement;
  /** Draws what is shown; `now` is the page's clock in milliseconds. */
  draw(shown: Snapshot, now: number): void;
  /** Lets go of observers. */
  dispose?(): void;
}
