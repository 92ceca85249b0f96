import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import type { Run, RunState } from '../api/types';
import { useLabpool } from './widget';

/** A run's state: a mark whose form and colour tell it, and the word for it. */
export function StateMark(props: {
  readonly run: Run;
  /** Shows the mark alone; the word is for screen readers and for who points at it. */
  readonly brief?: boolean;
}): React.ReactElement {
  const { trans } = useLabpool();
  const { run, brief = false } = props;
  const word =
    run.cancel_requested && run.state === 'running'
      ? trans.__('Cancelling…')
      : stateWord(run.state, trans);
  return (
    <span className="lp-State" data-state={run.state} title={brief ? word : undefined}>
      <span className="lp-State-mark" aria-hidden="true" />
      {brief ? <span className="jp-sr-only">{word}</span> : word}
    </span>
  );
}

/** The word for a state. */
export function stateWord(state: RunState, trans: TranslationBundle): string {
  const words: Readonly<Record<RunState, string>> = {
    queued: trans.__('Queued'),
    running: trans.__('Running'),
    interrupted: trans.__('Interrupted'),
    succeeded: trans.__('Succeeded'),
    failed: trans.__('Failed'),
    cancelled: trans.__('Cancelled')
  };
  return words[state];
}
