import { each, h, reveal, set, write } from './dom';
import type { Part, Voice } from './part';

/** What a finished run returned: a figure and its name, each in a cell. */
export function createResults(voice: Voice): Part {
  const list = h('dl', {
    class: 'lpw-Results',
    'aria-label': voice.language.text.results
  });
  return {
    node: list,
    draw: shown => {
      reveal(list, shown.run.figures.length > 0);
      each(list, shown.run.figures, makeCell, (cell, [name, value]) => {
        const [term, figure] = cell.querySelectorAll('bdi');
        if (term && figure) {
          write(term, voice.format.name(name));
          set(term, 'title', name);
          write(figure, voice.format.figure(name, value));
          set(figure, 'title', String(value));
        }
      });
    }
  };
}

function makeCell(): HTMLElement {
  return h(
    'div',
    { class: 'lpw-Result' },
    h('dt', {}, h('bdi')),
    h('dd', {}, h('bdi'))
  );
}
