import { h, reveal, write } from './dom';
import type { Part, Voice } from './part';

/** Why a run failed, with its traceback folded away. */
export function createProblem(voice: Voice): Part {
  const code = h('bdi', { class: 'lpw-Mono lpw-Problem-code' });
  const message = h('div', { class: 'lpw-Problem-message', dir: 'auto' });
  const trace = h('pre', { class: 'lpw-Trace', dir: 'ltr', tabindex: '0' });
  const fold = h('details', {}, h('summary', {}, voice.language.text.traceback), trace);
  const node = h('div', { class: 'lpw-Problem', role: 'group' }, message, code, fold);
  return {
    node,
    draw: shown => {
      const { error } = shown.run;
      reveal(node, error !== null);
      write(code, error?.code ?? '');
      write(message, error?.message ?? '');
      write(trace, error?.traceback ?? '');
      reveal(fold, Boolean(error?.traceback));
    }
  };
}
