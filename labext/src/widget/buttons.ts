import { h, reveal, set, write } from './dom';
import type { Part, Voice } from './part';
import { isCancelling } from './title';
import type { RunState, Snapshot } from './types';

/** What a button asks for. */
export type Press = 'cancel' | 'resume';

const STATES: Readonly<Record<Press, readonly RunState[]>> = {
  cancel: ['queued', 'running', 'interrupted'],
  resume: ['failed', 'cancelled', 'interrupted']
};
const ANSWER_MS = 4000;

/**
 * Carries a press to the kernel, which takes each id once.
 *
 * @param what - What is asked for.
 * @param id - The same when a press is carried again because nothing was heard of it.
 */
export type Carry = (what: Press, id: string) => void;

/** The buttons of a run, and a way to tell them what became of a press. */
export interface Buttons extends Part {
  /** The kernel has the press. */
  readonly heard: () => void;
}

/** Makes the buttons of a run. */
export function createButtons(voice: Voice, carry: Carry): Buttons {
  const note = h('span', { class: 'lpw-Buttons-note', role: 'status' });
  let pressed: Pressed | null = null;
  let timer = 0;
  const heard = (): void => {
    window.clearTimeout(timer);
    write(note, '');
  };
  // A message sent while the kernel restarts may be lost on its way. One to a busy kernel is
  // not, so that the pauses grow: each waits in its queue.
  const send = (what: Press, id: string, answerMs: number): void => {
    timer = window.setTimeout(() => {
      write(note, voice.language.text.busy);
      send(what, id, answerMs * 2);
    }, answerMs);
    carry(what, id);
  };
  const ask = (what: Press, { run, answers }: Snapshot): void => {
    pressed = { what, state: run.state, answers };
    send(what, `${String(Date.now())}-${String(Math.random())}`, ANSWER_MS);
  };
  const buttons = (['resume', 'cancel'] as const).map(what =>
    createButton(voice, what, ask)
  );
  return {
    node: h('div', { class: 'lpw-Buttons' }, note, ...buttons.map(each => each.node)),
    heard,
    draw: shown => {
      if (pressed && (isAnswered(shown, pressed) || shown.link === 'closed')) {
        heard();
        pressed = null;
      }
      const waits = pressed?.what ?? (isCancelling(shown) ? 'cancel' : null);
      buttons.forEach(each => {
        each.draw(shown, waits);
      });
    },
    dispose: heard
  };
}

/** A press, and what was shown then. */
interface Pressed {
  readonly what: Press;
  readonly state: RunState;
  readonly answers: number;
}

function isAnswered({ run, notice, answers }: Snapshot, pressed: Pressed): boolean {
  const failed = notice !== '' && answers !== pressed.answers;
  const asked = pressed.what === 'cancel' && run.cancel_requested;
  return failed || asked || run.state !== pressed.state;
}

interface Button {
  readonly node: HTMLButtonElement;
  draw(shown: Snapshot, waits: Press | null): void;
}

function createButton(
  voice: Voice,
  what: Press,
  ask: (what: Press, shown: Snapshot) => void
): Button {
  const { text } = voice.language;
  const node = h('button', { class: 'lpw-Button', type: 'button', 'data-press': what });
  let last: Snapshot | null = null;
  let waiting: Press | null = null;
  const draw = (shown: Snapshot, waits: Press | null): void => {
    [last, waiting] = [shown, waits];
    const mine = waits === what;
    write(
      node,
      mine ? (what === 'cancel' ? text.cancelling : text.resuming) : text[what]
    );
    set(node, 'aria-label', `${node.textContent} ${shown.run.name}`);
    set(node, 'aria-disabled', String(waits !== null || shown.link !== 'live'));
    const hidden = shown.deleted || !STATES[what].includes(shown.run.state);
    if (hidden && node === document.activeElement) {
      node.closest<HTMLElement>('.lpw-Run')?.focus();
    }
    reveal(node, !hidden);
  };
  node.addEventListener('click', () => {
    if (last && node.getAttribute('aria-disabled') !== 'true' && waiting === null) {
      ask(what, last);
      draw(last, what);
    }
  });
  return { node, draw };
}
