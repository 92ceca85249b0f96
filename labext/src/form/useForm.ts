import type { TranslationBundle } from '@jupyterlab/translation';
import type { ErrorSchema } from '@rjsf/utils';
import * as React from 'react';

import { ApiError, messageOf } from '../api/error';
import type { Kind, Run } from '../api/types';
import { useLabpool } from '../views/widget';
import { NO_TEXTS, type Texts } from './Envelope';
import { refusalOf, type Refusal } from './errors';
import type { Draft } from './FormPage';
import { requestOf } from './request';
import type { Values } from './RunForm';

interface State {
  readonly values: Values;
  readonly texts: Texts;
  readonly refusal: Refusal | null;
  readonly problem: string;
  readonly isValid: boolean;
  readonly isPressed: boolean;
  readonly isBusy: boolean;
}

/** What the form holds, and what can be done with it. */
export interface Form extends State {
  readonly envelope: {
    readonly texts: Texts;
    readonly refusal: Refusal | null;
    readonly change: (texts: Texts) => void;
  };
  readonly change: (values: Values, isValid: boolean, edited: string) => void;
  readonly submit: () => void;
}

/** Holds what is typed, and what its button does. */
export function useForm(props: {
  readonly kind: Kind;
  readonly draft: Draft;
  readonly launched: (run: Run) => void;
}): Form {
  const { api, session, trans } = useLabpool();
  const [state, setState] = React.useState(() => startOf(props.draft));
  const put = (change: Partial<State>): void => {
    setState(before => ({ ...before, ...change }));
  };
  const launch = async (): Promise<void> => {
    put({ isBusy: true, isPressed: true, problem: '' });
    try {
      const request = requestOf(props.kind.name, state.values, state.texts);
      const run = await api.launch(request);
      session.learn([run]);
      props.launched(run);
    } catch (error) {
      put({ isBusy: false, ...answerOf(error, trans) });
    }
  };
  return {
    ...state,
    envelope: {
      texts: state.texts,
      refusal: state.refusal,
      change: (texts: Texts) => {
        put({ texts, refusal: state.refusal && { ...state.refusal, envelope: {} } });
      }
    },
    change: (values: Values, isValid: boolean, edited: string) => {
      put({ values, isValid, refusal: without(state.refusal, edited) });
    },
    submit: () => {
      if (!state.isBusy) {
        void launch();
      }
    }
  };
}

function startOf(draft: Draft): State {
  return {
    values: draft.params,
    texts: { ...NO_TEXTS, name: draft.name },
    refusal: null,
    problem: '',
    isValid: true,
    isPressed: false,
    isBusy: false
  };
}

function answerOf(error: unknown, trans: TranslationBundle): Partial<State> {
  const fields = error instanceof ApiError ? error.fields : [];
  if (fields.length === 0) {
    return { problem: messageOf(error) };
  }
  const refusal = refusalOf(fields);
  const told = trans.__('Some values cannot be used; see the fields above.');
  return { refusal, problem: refusal.rest.join(' ') || told };
}

/** What the server said of a field is out of date once the field is edited. */
function without(refusal: Refusal | null, edited: string): Refusal | null {
  if (!refusal) {
    return null;
  }
  const kept = Object.entries(refusal.params).filter(([name]) => name !== edited);
  return { ...refusal, params: Object.fromEntries(kept) as ErrorSchema };
}
