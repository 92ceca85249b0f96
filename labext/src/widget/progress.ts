import { h, reveal, set, write } from './dom';
import { fill } from '../text/format';
import type { Part, Voice } from './part';
import type { Snapshot } from './types';

/** How far the run is: a bar, and figures below it. */
export function createProgress(voice: Voice): Part {
  const fillNode = h('div', { class: 'lpw-Bar-fill' });
  const bar = h(
    'div',
    {
      class: 'lpw-Bar',
      role: 'progressbar',
      'aria-label': voice.language.text.progress,
      'aria-valuemin': '0',
      'aria-valuemax': '100'
    },
    fillNode
  );
  const share = h('span', { class: 'lpw-Strong' });
  const figures = h('span');
  const elapsed = h('span', { class: 'lpw-Dim', title: voice.language.text.elapsed });
  const line = h('div', { class: 'lpw-Figures' }, share, figures, elapsed);
  return {
    node: h('div', { class: 'lpw-Progress' }, bar, line),
    draw: (shown, now) => {
      const part = fraction(shown);
      const texts = told(voice, shown);
      set(bar, 'data-state', shown.run.state);
      set(bar, 'data-unknown', String(part === null && shown.run.state === 'running'));
      set(bar, 'aria-valuenow', part === null ? null : String(Math.floor(part * 100)));
      set(
        bar,
        'aria-valuetext',
        texts.join(', ') || voice.language.text[shown.run.state]
      );
      fillNode.style.inlineSize = `${String((part ?? 0) * 100)}%`;
      write(share, part === null ? '' : voice.format.percent(part));
      reveal(share, part !== null);
      write(figures, voice.format.join(texts));
      write(elapsed, since(voice, shown, now));
    }
  };
}

/** The share that is done; one once the run has succeeded, null where nobody can know. */
export function fraction(shown: Snapshot): number | null {
  const { progress, state } = shown.run;
  if (state === 'succeeded') {
    return 1;
  }
  return progress?.total ? Math.min(progress.done / progress.total, 1) : null;
}

function told(voice: Voice, shown: Snapshot): string[] {
  const { format, language } = voice;
  const { progress, state } = shown.run;
  if (state === 'queued') {
    return [language.text.waiting];
  }
  const texts: string[] = [];
  if (progress && (progress.total || progress.done > 0)) {
    const { done, total, unit } = progress;
    texts.push(total ? format.countOf(done, total, unit) : format.count(done, unit));
  }
  return state === 'running' ? [...texts, ...speed(voice, shown)] : texts;
}

function speed(voice: Voice, shown: Snapshot): string[] {
  const { format, language } = voice;
  const { rate, left_s } = shown.pace;
  const unit = shown.run.progress?.unit ?? '';
  const texts: string[] = [];
  if (rate !== null) {
    texts.push(fill(language.text.rate, { count: format.count(rate, unit) }));
  }
  if (left_s !== null && left_s >= 1) {
    texts.push(fill(language.text.left, { time: format.duration(left_s) }));
  }
  return texts;
}

function since(voice: Voice, shown: Snapshot, now: number): string {
  const { started_at, ended_at } = shown.run;
  if (started_at === null) {
    return '';
  }
  const end = ended_at === null ? now : Date.parse(ended_at);
  return voice.format.duration((end - Date.parse(started_at)) / 1000);
}
