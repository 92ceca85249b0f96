import type { Run } from '../api/types';
import type { Ended } from '../model/endings';
import type { ILabpool } from '../tokens';
import { isolated } from './sentences';

/** How a notice looks. */
export type Tone = 'success' | 'warning' | 'error';

/** That runs have ended, and how. */
export interface Told {
  readonly text: string;
  readonly tone: Tone;
}

/** Items of a run that did not come to all that was asked for. */
interface Lack {
  readonly bad: number;
  readonly all: number;
}

/** What is to be told of runs that have ended: of one its reason, of many their number. */
export function endedWords(ended: Ended, labpool: ILabpool): Told {
  const [first, ...others] = ended.runs;
  const told =
    first && others.length === 0 && !ended.isAway
      ? ofOne(first, labpool)
      : ofMany(ended, labpool);
  // Where it is shown, nothing says which way it is to be read.
  return {
    ...told,
    text: labpool.format.dir === 'rtl' ? `\u200f${told.text}` : told.text
  };
}

/** How a run stands: whole, with a lack, or without a result. */
export function toneOf(run: Run): Tone {
  return run.state === 'failed'
    ? 'error'
    : run.state === 'interrupted' || lackOf(run)
      ? 'warning'
      : 'success';
}

function ofOne(run: Run, { trans, format, kinds, errors }: ILabpool): Told {
  const tone = toneOf(run);
  const name = isolated(run.name);
  const kind = isolated(kinds.title(run.kind));
  const reason = isolated(
    run.error ? (errors.say(run.error).split('\n')[0] ?? '') : ''
  );
  const lack = lackOf(run);
  switch (run.state) {
    case 'failed':
      return { tone, text: trans.__('“%1” (%2) has failed: %3', name, kind, reason) };
    case 'interrupted':
      return {
        tone,
        text: trans.__('“%1” (%2) waits for you to resume it: %3', name, kind, reason)
      };
    default:
      return {
        tone,
        text: lack
          ? trans.__(
              '“%1” (%2) has ended: %3 of %4 items failed or are not whole.',
              name,
              kind,
              format.number(lack.bad),
              format.number(lack.all)
            )
          : trans.__('“%1” (%2) has succeeded.', name, kind)
      };
  }
}

function ofMany({ runs, isAway }: Ended, { trans, format }: ILabpool): Told {
  const tones = runs.map(toneOf);
  const count = (tone: Tone): number => tones.filter(one => one === tone).length;
  const [good, lacking, bad] = [count('success'), count('warning'), count('error')];
  const facts = [
    good > 0 ? trans.__('%1 succeeded', format.number(good)) : '',
    lacking > 0 ? trans.__('%1 not wholly', format.number(lacking)) : '',
    bad > 0 ? trans.__('%1 failed', format.number(bad)) : ''
  ].filter(fact => fact !== '');
  const size = format.number(runs.length);
  const all = format.dir === 'rtl' ? facts.join('، ') : facts.join(', ');
  return {
    tone: bad > 0 ? 'error' : lacking > 0 ? 'warning' : 'success',
    text: isAway
      ? trans._n(
          'While you were away, %2 run has ended: %3.',
          'While you were away, %2 runs have ended: %3.',
          runs.length,
          size,
          all
        )
      : trans._n(
          '%2 run has ended: %3.',
          '%2 runs have ended: %3.',
          runs.length,
          size,
          all
        )
  };
}

/** Success that is not the whole of what was asked for. */
export function lackOf(run: Run): Lack | null {
  const result = new Map<string, unknown>(Object.entries(run.result ?? {}));
  const number = (name: string): number => {
    const value = result.get(name);
    return typeof value === 'number' ? value : 0;
  };
  const bad = number('failed') + number('partial');
  const all = number('items');
  return all > 0 && bad > 0 ? { bad, all } : null;
}
