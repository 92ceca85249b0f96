import { h, reveal, write } from './dom';
import { fill } from '../text/format';
import type { Part, Voice } from './part';
import type { Snapshot } from './types';

/** Lines that are there only when there is something to say: attempts, losses, a dead kernel. */
export function createNotes(voice: Voice): Part {
  const attempt = h('div', { class: 'lpw-Note' });
  const dropped = h('div', { class: 'lpw-Note' });
  const notice = h('div', { class: 'lpw-Note lpw-Note-bad', role: 'alert' });
  const closed = h('div', { class: 'lpw-Note lpw-Note-strong', role: 'status' });
  return {
    node: h('div', { class: 'lpw-Notes' }, closed, notice, attempt, dropped),
    draw: (shown, now) => {
      const { text } = voice.language;
      say(attempt, attemptText(voice, shown, now));
      say(
        dropped,
        shown.dropped > 0
          ? fill(text.dropped, { n: voice.format.number(shown.dropped) })
          : ''
      );
      say(notice, shown.notice);
      say(closed, shown.link === 'closed' ? text.closed : '');
    }
  };
}

function say(node: HTMLElement, text: string): void {
  write(node, text);
  reveal(node, text !== '');
}

/** Which attempt it is, and what comes next where that is not plain. */
export function attemptText(voice: Voice, shown: Snapshot, now: number): string {
  const { attempt, max_attempts, state } = shown.run;
  const parts: string[] = [];
  if (attempt > 1 || state === 'interrupted') {
    parts.push(
      fill(voice.language.text.attempt, {
        n: voice.format.number(attempt),
        max: voice.format.number(max_attempts)
      })
    );
  }
  if (shown.went_on && state !== 'interrupted') {
    const why = shown.went_on.code.replaceAll('_', ' ');
    parts.push(fill(voice.language.text.wentOn, { why }));
  }
  if (state === 'interrupted') {
    parts.push(retryText(voice, shown.run.retry_at, now));
  }
  return voice.format.join(parts.filter(part => part !== ''));
}

function retryText(voice: Voice, retryAt: string | null, now: number): string {
  if (retryAt === null) {
    return voice.language.text.byHand;
  }
  const seconds = (Date.parse(retryAt) - now) / 1000;
  return seconds < 1
    ? voice.language.text.retrySoon
    : fill(voice.language.text.retryIn, { time: voice.format.duration(seconds) });
}
