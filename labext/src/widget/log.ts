import { h, reveal, set, write } from './dom';
import type { Part, Voice } from './part';
import { MAX_LOGS } from './store';
import type { LogLine } from './types';

const NEAR_END = 24;

/** The last log lines. It follows the end until somebody scrolls up. */
export function createLog(voice: Voice): Part {
  const { text } = voice.language;
  const lines = h('div', {
    class: 'lpw-Log-lines',
    role: 'log',
    tabindex: '0',
    'aria-label': text.log,
    'aria-live': 'off'
  });
  const empty = h('div', { class: 'lpw-Dim lpw-Log-empty' }, text.noLog);
  const end = h('button', { class: 'lpw-Log-end', type: 'button' }, `↓ ${text.follow}`);
  const body = h('div', { class: 'lpw-Log-body' }, lines, empty, end);
  const follow = follower(lines, end);
  let drawn: readonly LogLine[] = [];
  return {
    node: h(
      'details',
      { class: 'lpw-Log', open: '' },
      h('summary', {}, text.log),
      body
    ),
    draw: ({ logs }) => {
      reveal(empty, logs.length === 0);
      if (logs !== drawn) {
        renew(voice, lines, logs, drawn);
        drawn = logs;
        follow();
      }
    }
  };
}

/** Keeps the end in sight until somebody scrolls up; the button leads back there. */
function follower(lines: HTMLElement, end: HTMLElement): () => void {
  let [top, height] = [0, 0];
  const toEnd = (): void => {
    if (end.hidden) {
      lines.scrollTop = lines.scrollHeight;
    }
  };
  reveal(end, false);
  new ResizeObserver(toEnd).observe(lines);
  lines.addEventListener('scroll', () => {
    const left = lines.scrollHeight - lines.scrollTop - lines.clientHeight;
    // Lines that wrap anew scroll too; then the height has changed.
    const isUp = lines.scrollTop < top && lines.scrollHeight === height;
    [top, height] = [lines.scrollTop, lines.scrollHeight];
    if (left <= NEAR_END || isUp) {
      reveal(end, left > NEAR_END);
    }
  });
  end.addEventListener('click', () => {
    reveal(end, false);
    toEnd();
    lines.focus({ preventScroll: true });
  });
  return toEnd;
}

/** Appends what is new; starts afresh only where the lines do not go on from the drawn ones. */
function renew(
  voice: Voice,
  lines: HTMLElement,
  logs: readonly LogLine[],
  drawn: readonly LogLine[]
): void {
  const last = drawn.at(-1);
  const known = last ? logs.map(line => line.seq).lastIndexOf(last.seq) : -1;
  if (known < 0) {
    lines.replaceChildren();
  }
  lines.append(...logs.slice(known + 1).map(line => lineNode(voice, line)));
  while (lines.children.length > MAX_LOGS) {
    lines.firstElementChild?.remove();
  }
}

function lineNode(voice: Voice, line: LogLine): HTMLElement {
  const time = h('time', { class: 'lpw-Log-time', datetime: line.at });
  write(time, voice.format.clock(line.at));
  const node = h(
    'div',
    { class: 'lpw-Log-line', 'data-level': line.level },
    time,
    h('span', { class: 'lpw-Log-text', dir: 'auto' }, line.text)
  );
  set(node, 'title', line.worker || null);
  return node;
}
