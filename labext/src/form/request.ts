import type { RunRequest } from '../api/types';
import { readNumber } from '../text/numerals';
import type { Texts } from './Envelope';
import type { Values } from './RunForm';

/** Makes the request from what was typed; what was left empty is left to the server. */
export function requestOf(kind: string, values: Values, texts: Texts): RunRequest {
  const tags = texts.tags.split(/[,،]/).flatMap(tag => tag.trim() || []);
  return {
    kind,
    params: { ...values },
    ...(texts.name.trim() === '' ? {} : { name: texts.name.trim() }),
    ...numberOf('priority', texts.priority),
    ...numberOf('max_attempts', texts.max_attempts),
    ...numberOf('timeout_s', texts.timeout_s),
    ...(tags.length > 0 ? { tags } : {})
  };
}

type Numbers = Pick<RunRequest, 'priority' | 'max_attempts' | 'timeout_s'>;

function numberOf(name: keyof Numbers, text: string): Numbers {
  const typed = readNumber(text);
  // What is no number goes as it is: the server says at its field what is wrong.
  return typed === null ? {} : { [name]: typed };
}
