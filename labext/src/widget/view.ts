import { type Buttons, type Carry, createButtons } from './buttons';
import { h, set } from './dom';
import { Format } from '../text/format';
import { language } from './i18n';
import { createLog } from './log';
import { createMetrics } from './metrics';
import { createNotes } from './notes';
import type { Part, Voice } from './part';
import { createProblem } from './problem';
import { createProgress } from './progress';
import { createResults } from './results';
import { createTitle } from './title';
import type { Snapshot } from './types';
import { createWorkers } from './workers';

const SECOND = 1000;

/** A run on the page. */
export interface View {
  readonly node: HTMLElement;
  /** Draws what is shown, with the next frame. */
  draw(shown: Snapshot): void;
  /** The kernel has a button's press. */
  readonly heard: () => void;
  /** Lets go of timers and observers. */
  dispose(): void;
}

/**
 * Makes the view of a run. It knows nothing of kernels: what it shows is handed to it.
 *
 * @param lang - Language of the page.
 * @param carry - Carries a button's press to whoever can do it.
 */
export function createView(lang: string, carry: Carry): View {
  const spoken = language(lang);
  const voice: Voice = { language: spoken, format: new Format(spoken) };
  const buttons: Buttons = createButtons(voice, carry);
  const title = createTitle(voice);
  const below = [
    createProgress,
    createNotes,
    createWorkers,
    createProblem,
    createResults,
    createMetrics,
    createLog
  ].map(create => create(voice));
  const parts: Part[] = [title, buttons, ...below];
  const node = h(
    'section',
    { class: 'lpw-Run', dir: spoken.dir, lang: spoken.code, tabindex: '-1' },
    h('header', { class: 'lpw-Head' }, title.node, buttons.node),
    ...below.map(part => part.node)
  );
  return { node, heard: buttons.heard, ...drawing(node, parts) };
}

/** Draws once a frame at the most, and once a second while a clock is on show. */
function drawing(
  node: HTMLElement,
  parts: readonly Part[]
): Pick<View, 'draw' | 'dispose'> {
  let shown: Snapshot | null = null;
  let frame = 0;
  const now = (): void => {
    frame = 0;
    if (shown) {
      const record = shown;
      set(node, 'aria-label', record.run.name);
      set(node, 'data-link', record.link);
      parts.forEach(part => {
        part.draw(record, Date.now());
      });
    }
  };
  const soon = (): void => {
    frame ||= requestAnimationFrame(now);
  };
  const clock = window.setInterval(() => {
    if (shown && shown.link !== 'closed' && shown.run.ended_at === null) {
      soon();
    }
  }, SECOND);
  return {
    draw: next => {
      shown = next;
      soon();
    },
    dispose: () => {
      cancelAnimationFrame(frame);
      window.clearInterval(clock);
      parts.forEach(part => part.dispose?.());
    }
  };
}
