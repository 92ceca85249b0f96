import type { Drawn } from '../charts/chart';
import { isHeldOut } from '../charts/pick';
import { each, h, set, write } from './dom';
import type { Voice } from './part';

/** An entry of the legend: a curve and the value to tell. */
export interface Entry extends Drawn {
  readonly value: number | null;
}

/** The legend: one switch for each curve, with its latest value or the one pointed at. */
export interface Legend {
  readonly node: HTMLElement;
  draw(entries: readonly Entry[], step: number | null): void;
}

/**
 * Makes a legend.
 *
 * @param toggle - Shows a curve or hides it.
 */
export function createLegend(voice: Voice, toggle: (name: string) => void): Legend {
  const list = h('div', { class: 'lpw-Legend-list' });
  const where = h('span', { class: 'lpw-Dim lpw-Legend-step' });
  const node = h('div', { class: 'lpw-Legend' }, list, where);
  list.addEventListener('click', event => {
    const button = (event.target as Element).closest('button');
    if (button?.dataset['name'] !== undefined) {
      toggle(button.dataset['name']);
    }
  });
  return {
    node,
    draw: (entries, step) => {
      each(list, entries, makeEntry, (button, entry) => {
        drawEntry(voice, button, entry);
      });
      const { text } = voice.language;
      write(
        where,
        step === null ? '' : text.step.replace('{n}', voice.format.number(step))
      );
    }
  };
}

function makeEntry(): HTMLElement {
  return h(
    'button',
    { class: 'lpw-Legend-entry', type: 'button' },
    h('span', { class: 'lpw-Legend-line', 'aria-hidden': 'true' }),
    h('bdi', { class: 'lpw-Legend-name' }),
    h('span', { class: 'lpw-Legend-value', dir: 'auto' })
  );
}

function drawEntry(voice: Voice, button: HTMLElement, entry: Entry): void {
  const [line, name, value] = button.children;
  if (!line || !name || !value) {
    return;
  }
  set(button, 'data-name', entry.name);
  set(button, 'aria-pressed', String(entry.shown));
  set(button, 'title', entry.name);
  button.style.setProperty('--lpw-curve', entry.colour);
  set(line, 'data-dashed', String(isHeldOut(entry.name)));
  write(name, voice.format.name(entry.name));
  write(
    value,
    entry.value === null ? '–' : voice.format.metric(entry.name, entry.value)
  );
}
