import type { TranslationBundle } from '@jupyterlab/translation';
import type { ErrorSchema } from '@rjsf/utils';
import * as React from 'react';

import { ApiError, messageOf } from '../api/error';
import type { Kind, Run } from '../api/types';
import type { ILabpool } from '../tokens';
import { useLabpool } from '../views/widget';
import type { Draft } from './draft';
import type { Texts } from './Envelope';
import type { DraftKeeper } from './keeping';
import { refusalOf, type Refusal } from './errors';
import { requestOf } from './request';
import type { Values } from './RunForm';

interface State {
  readonly values: Values;
  readonly texts: Texts;
  readonly refusal: Refusal | null;
  readonly problem: string;
  /** Null until the validator has come and judged. */
  readonly isValid: boolean | null;
  readonly isPressed: boolean;
  readonly isBusy: boolean;
  /** How often the button was answered with what is wrong. */
  readonly presses: number;
}

/** What the form holds, and what can be done with it. */
export interface Form extends State {
  readonly envelope: {
    readonly texts: Texts;
    readonly refusal: Refusal | null;
    readonly change: (texts: Texts) => void;
  };
  readonly change: (values: Values, edited: string) => void;
  readonly judge: (isValid: boolean) => void;
  readonly submit: () => void;
}

/** What a form is of. */
interface FormProps {
  readonly kind: Kind;
  readonly draft: Draft;
  readonly keeper: DraftKeeper;
  readonly launched: (run: Run) => void;
}

/** Holds what is typed, and what its button does. */
export function useForm(props: FormProps): Form {
  const labpool = useLabpool();
  const { trans } = labpool;
  const [state, setState] = React.useState(() => startOf(props.draft));
  const put = (change: Partial<State>): void => {
    setState(before => ({ ...before, ...change }));
  };
  const type = (change: Partial<State>): void => {
    const { values, texts } = { ...state, ...change };
    props.keeper.keep({ kind: props.kind.name, params: values, texts });
    put(change);
  };
  const judge = React.useCallback((isValid: boolean) => {
    setState(before => (before.isValid === isValid ? before : { ...before, isValid }));
  }, []);
  return {
    ...state,
    envelope: {
      texts: state.texts,
      refusal: state.refusal,
      change: (texts: Texts) => {
        type({ texts, refusal: state.refusal && { ...state.refusal, envelope: {} } });
      }
    },
    change: (values: Values, edited: string) => {
      type({ values, problem: '', refusal: without(state.refusal, edited) });
    },
    judge,
    submit: () => {
      if (state.isValid === false) {
        put(toldWrong(state, trans));
      } else if (state.isValid && !state.isBusy) {
        void launchRun(props, state, put, labpool);
      }
    }
  };
}

async function launchRun(
  { kind, keeper, launched }: FormProps,
  state: State,
  put: (change: Partial<State>) => void,
  { api, session, trans }: ILabpool
): Promise<void> {
  put({ isBusy: true, isPressed: true, problem: '' });
  try {
    const run = await api.launch(requestOf(kind.name, state.values, state.texts));
    session.learn([run]);
    keeper.forget(kind.name);
    launched(run);
  } catch (error) {
    put({ isBusy: false, presses: state.presses + 1, ...answerOf(error, trans) });
  }
}

function startOf(draft: Draft): State {
  return {
    values: draft.params,
    texts: draft.texts,
    refusal: null,
    problem: '',
    isValid: null,
    isPressed: false,
    isBusy: false,
    presses: 0
  };
}

function answerOf(error: unknown, trans: TranslationBundle): Partial<State> {
  const fields = error instanceof ApiError ? error.fields : [];
  if (fields.length === 0) {
    return { problem: messageOf(error) };
  }
  const refusal = refusalOf(fields);
  return { refusal, problem: refusal.rest.join(' ') || wrongValues(trans) };
}

function toldWrong(state: State, trans: TranslationBundle): Partial<State> {
  return { isPressed: true, presses: state.presses + 1, problem: wrongValues(trans) };
}

function wrongValues(trans: TranslationBundle): string {
  return trans.__('Some values cannot be used; see the fields above.');
}

/** What the server said of a field is out of date once the field is edited. */
function without(refusal: Refusal | null, edited: string): Refusal | null {
  if (!refusal) {
    return null;
  }
  const kept = Object.entries(refusal.params).filter(([name]) => name !== edited);
  return { ...refusal, params: Object.fromEntries(kept) as ErrorSchema };
}
