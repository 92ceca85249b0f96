import { h, reveal, set, write } from './dom';
import type { Part, Voice } from './part';
import type { RunState, Snapshot } from './types';

/** The state of a run in a word and a colour, its name, kind and id. */
export function createTitle(voice: Voice): Part {
  const word = h('span');
  const chip = h(
    'span',
    { class: 'lpw-Chip', role: 'status' },
    h('span', { class: 'lpw-Chip-dot', 'aria-hidden': 'true' }),
    word
  );
  const name = h('bdi', { class: 'lpw-Title-name' });
  const kind = h('span');
  const id = h('bdi', { class: 'lpw-Mono' });
  const about = h(
    'span',
    { class: 'lpw-Dim lpw-Title-about' },
    kind,
    voice.format.between,
    id
  );
  const link = h('span', { class: 'lpw-Title-link', role: 'status' });
  const node = h('div', { class: 'lpw-Title' }, chip, name, about, link);
  return {
    node,
    draw: shown => {
      set(chip, 'data-state', shown.deleted ? 'deleted' : shown.run.state);
      write(word, stateWord(voice, shown));
      write(name, shown.run.name);
      set(name, 'title', shown.run.name);
      write(kind, shown.run.kind);
      write(id, shown.run.id);
      write(link, shown.link === 'away' ? voice.language.text.away : '');
      reveal(link, shown.link === 'away');
    }
  };
}

function stateWord(voice: Voice, shown: Snapshot): string {
  const { text } = voice.language;
  const state: RunState = shown.run.state;
  return shown.deleted
    ? text.deleted
    : isCancelling(shown)
      ? text.cancelling
      : text[state];
}

/** Whether a run was asked to stop and has not stopped yet. */
export function isCancelling(shown: Snapshot): boolean {
  return (
    shown.run.cancel_requested &&
    ['queued', 'running', 'interrupted'].includes(shown.run.state)
  );
}
