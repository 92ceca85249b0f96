import type { TranslationBundle } from '@jupyterlab/translation';

import type { Notice } from '../api/types';
import type { Format } from './format';
import { isolated } from './sentences';

/** What a run gives notice of; in the job's own words where Labpool has no others. */
export function noticeWords(
  notice: Notice,
  trans: TranslationBundle,
  format: Format
): string {
  const { code, message, args } = notice;
  const words = WORDS[code];
  return words?.needs.every(name => isTold(args[name]))
    ? words.say(trans, name => shown(args[name], format))
    : message;
}

interface Words {
  /** The facts without which the words would say less than the message. */
  readonly needs: readonly string[];
  readonly say: (trans: TranslationBundle, fact: (name: string) => string) => string;
}

const WORDS: Readonly<Record<string, Words | undefined>> = {
  thread_failed: {
    needs: ['thread', 'error'],
    say: (trans, fact) =>
      trans.__(
        'A thread of the job ended with an error (%1): %2',
        fact('thread'),
        fact('error')
      )
  },
  cells_failed: {
    needs: ['failed', 'cells'],
    say: (trans, fact) =>
      trans.__(
        '%1 of %2 cells failed; the notebook shows where.',
        fact('failed'),
        fact('cells')
      )
  },
  copy_refused: {
    needs: ['path'],
    say: (trans, fact) =>
      trans.__(
        'The copy could not be written beside the notebook (%1); it is among the artifacts of the run.',
        fact('path')
      )
  },
  same_targets: {
    needs: ['count'],
    say: (trans, fact) =>
      trans.__('%1 targets came twice and are read once.', fact('count'))
  },
  more_targets: {
    needs: ['limit'],
    say: (trans, fact) =>
      trans.__(
        'There are more targets than the limit of %1; the rest is left out.',
        fact('limit')
      )
  },
  texts_cut: {
    needs: ['cut', 'texts', 'split', 'max_length'],
    say: (trans, fact) =>
      trans.__(
        '%1 of the %2 texts of the split %3 are longer than the %4 tokens that are read (max_length) and are cut.',
        fact('cut'),
        fact('texts'),
        fact('split'),
        fact('max_length')
      )
  },
  baselines_failed: {
    needs: ['reason'],
    say: (trans, fact) =>
      trans.__(
        'The baselines (majority class, bag of words) could not be computed: %1',
        fact('reason')
      )
  },
  nothing_learned: {
    needs: ['split'],
    say: (trans, fact) =>
      trans.__(
        'The model has learned nothing: it answers one class to every text (%1). Take another learning rate or more epochs.',
        fact('split')
      )
  },
  below_baselines: {
    needs: ['split', 'accuracy', 'baselines'],
    say: (trans, fact) =>
      trans.__(
        'The model is no better than its baselines (%1): accuracy %2; %3.',
        fact('split'),
        fact('accuracy'),
        fact('baselines')
      )
  }
};

function isTold(value: unknown): boolean {
  return typeof value === 'number' || typeof value === 'string';
}

function shown(value: unknown, format: Format): string {
  return typeof value === 'number' ? format.number(value) : isolated(String(value));
}
