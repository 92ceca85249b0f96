import type { ITranslator, TranslationBundle } from '@jupyterlab/translation';

import { Format } from './format';

/**
 * Makes the numbers and words of the page's language.
 *
 * @param translator - The language that JupyterLab is set to.
 */
export function createFormat(translator: ITranslator): Format {
  const trans = translator.load('labpool');
  const code = translator.languageCode.replace('_', '-');
  return new Format({
    code: isKnown(code) ? code : 'en',
    dir: isRightToLeft(code) ? 'rtl' : 'ltr',
    names: names(trans),
    text: {
      of: trans.__('{done} of {total}'),
      yes: trans.__('yes'),
      no: trans.__('no')
    }
  });
}

/** Whether a language is written from right to left. */
function isRightToLeft(code: string): boolean {
  return /^(ar|fa|he|ur|ckb|ps|sd|ug|yi)\b/i.test(code);
}

function isKnown(code: string): boolean {
  try {
    return Intl.NumberFormat.supportedLocalesOf(code).length > 0;
  } catch {
    return false; // no language at all, such as "default"
  }
}

/** What well-known metrics and units are called; others keep their own names. */
function names(trans: TranslationBundle): Readonly<Record<string, string>> {
  const known = {
    ...ofItems(trans),
    accuracy: trans.__('accuracy'),
    batch: trans.__('batch'),
    bytes_per_s: trans.__('bytes per second'),
    epoch: trans.__('epoch'),
    eval_accuracy: trans.__('evaluation accuracy'),
    eval_loss: trans.__('evaluation loss'),
    example: trans.__('example'),
    evaluated_texts_seen_in_training: trans.__('evaluated texts seen in training'),
    file: trans.__('file'),
    item: trans.__('item'),
    bag_of_words_accuracy: trans.__('bag-of-words accuracy'),
    f1: trans.__('F1'),
    majority_accuracy: trans.__('majority-class accuracy'),
    memory: trans.__('memory'),
    test_accuracy: trans.__('test accuracy'),
    test_loss: trans.__('test loss'),
    val_f1: trans.__('validation F1'),
    learning_rate: trans.__('learning rate'),
    loss: trans.__('loss'),
    page: trans.__('page'),
    record: trans.__('record'),
    row: trans.__('row'),
    step: trans.__('step'),
    text: trans.__('text'),
    throughput: trans.__('throughput'),
    token: trans.__('token'),
    val_accuracy: trans.__('validation accuracy'),
    val_loss: trans.__('validation loss')
  };
  return known;
}

/** What the results of runs that work through items are told by. */
function ofItems(trans: TranslationBundle): Readonly<Record<string, string>> {
  return {
    broken: trans.__('broken'),
    changed: trans.__('changed'),
    conflicts: trans.__('conflicts'),
    duplicates: trans.__('duplicates'),
    failed: trans.__('failed'),
    gaps: trans.__('gaps'),
    gone: trans.__('gone'),
    items: trans.__('items'),
    items_per_s: trans.__('items per second'),
    left_out: trans.__('left out'),
    new: trans.__('new'),
    ok: trans.__('OK'),
    partial: trans.__('partial'),
    reasons: trans.__('reasons'),
    records: trans.__('records'),
    repeated: trans.__('given twice'),
    same: trans.__('unchanged')
  };
}
