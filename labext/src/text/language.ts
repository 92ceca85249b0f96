import type { ITranslator } from '@jupyterlab/translation';

import { Format } from './format';
import { namesOf } from './names';

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
    names: namesOf(code),
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
