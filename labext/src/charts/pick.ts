import type { Curves } from './points';

/** The scale that a curve is drawn on: losses, shares of one, or one of its own. */
export type Side = 'loss' | 'score' | 'other';

/** One curve and how it is drawn at first. */
export interface Choice {
  readonly name: string;
  readonly side: Side;
  readonly shown: boolean;
}

const LOSS = /loss|perplexity|(^|_)(mse|mae|rmse|error)($|_)/i;
const SCORE = /acc|precision|recall|(^|_)(f1|auc|r2|bleu|rouge|score|success)($|_)/i;
const ASIDE =
  /epoch|learning_rate|^lr$|grad_norm|per_s|runtime|seconds|throughput|step/i;
const MOST = 4;

/**
 * Chooses which curves to show, and on which scale.
 *
 * Losses go to the start axis and scores to the end axis. Where there is neither, the first
 * two of the other metrics are shown. The rest can be switched on in the legend.
 */
export function pick(series: Curves): Choice[] {
  const names = Object.keys(series);
  const told = names.filter(name => sideOf(name) !== 'other');
  const others = names.filter(name => sideOf(name) === 'other');
  const plain = others.filter(name => !ASIDE.test(name));
  const first =
    told.length > 0 ? sorted(told).slice(0, MOST) : [...plain, ...others].slice(0, 2);
  return [...sorted(told), ...others].map(name => ({
    name,
    side: sideOf(name),
    shown: first.includes(name)
  }));
}

/** The charts of a page: losses together, scores together, each other metric alone. */
export function groups(series: Curves): readonly (readonly Choice[])[] {
  const all = pick(series).map(choice => ({ ...choice, shown: true }));
  const together = (['loss', 'score'] as const).map(side =>
    all.filter(choice => choice.side === side)
  );
  const others = all.filter(choice => choice.side === 'other');
  const aside = (choice: Choice): boolean => ASIDE.test(choice.name);
  return [
    ...together.filter(group => group.length > 0),
    ...others.filter(choice => !aside(choice)).map(choice => [choice]),
    ...others.filter(aside).map(choice => [choice])
  ];
}

function sideOf(name: string): Side {
  if (LOSS.test(name)) {
    return 'loss';
  }
  return SCORE.test(name) ? 'score' : 'other';
}

/** Losses first, and the plain one before the one of the evaluation. */
function sorted(names: readonly string[]): string[] {
  const rank = (name: string): number =>
    (LOSS.test(name) ? 0 : 10) + (isHeldOut(name) ? 1 : 0);
  return [...names].sort((one, two) => rank(one) - rank(two));
}

/** Whether a metric was measured on data that the model does not learn from. */
export function isHeldOut(name: string): boolean {
  return /^(val|eval|test|validation|evaluation)([_/.-]|$)/.test(name);
}
