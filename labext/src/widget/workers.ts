import { each, h, reveal, set, write } from './dom';
import type { Part, Voice } from './part';
import type { WorkerShown } from './types';

/** What each worker does, in its own words. */
export function createWorkers(voice: Voice): Part {
  const list = h('ul', {
    class: 'lpw-Workers',
    'aria-label': voice.language.text.workers
  });
  return {
    node: list,
    draw: shown => {
      reveal(list, shown.workers.length > 0);
      each(list, shown.workers, makeRow, (row, worker) => {
        drawRow(voice, row, worker);
      });
    }
  };
}

function makeRow(): HTMLElement {
  return h(
    'li',
    { class: 'lpw-Worker' },
    h('bdi', { class: 'lpw-Mono lpw-Dim lpw-Worker-id' }),
    h('span', { class: 'lpw-Worker-words', dir: 'auto' })
  );
}

function drawRow(voice: Voice, row: HTMLElement, worker: WorkerShown): void {
  const [id, words] = row.children;
  if (id && words) {
    write(id, worker.id);
    set(id, 'title', worker.host ? `${worker.host} · ${String(worker.pid)}` : null);
    write(words, worker.words || amount(voice, worker));
    set(words, 'title', worker.words || null);
  }
}

function amount(voice: Voice, worker: WorkerShown): string {
  const { done, total, unit } = worker;
  if (done === null) {
    return '…';
  }
  return total
    ? voice.format.countOf(done, total, unit)
    : voice.format.count(done, unit);
}
