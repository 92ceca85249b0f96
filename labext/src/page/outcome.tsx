import * as React from 'react';

import type { Run, RunError } from '../api/types';
import { advice } from '../text/sentences';
import { useLabpool } from '../views/widget';
import { isFigure } from './artifacts';
import { CopyButton } from '../views/copy';
import { Fact } from './head';

/** Figures that are told at a glance; jobs put the telling ones first. */
const MOST = 8;

/** How a run ended: its result, or what went wrong. */
export function Outcome({ run }: { readonly run: Run }): React.ReactElement | null {
  if (run.error && run.state !== 'cancelled') {
    return <Problem error={run.error} isOver={run.state === 'failed'} />;
  }
  return run.state === 'succeeded' && run.result !== null ? (
    <Result result={run.result} />
  ) : null;
}

/** What went wrong and what can be done, with the traceback folded away. */
function Problem(props: {
  readonly error: RunError;
  /** Whether the run does not go on by itself. */
  readonly isOver: boolean;
}): React.ReactElement {
  const { trans } = useLabpool();
  const { error, isOver } = props;
  const { traceback } = error.details;
  const what = isOver ? advice(error, trans) : '';
  return (
    <section
      className="lp-PageProblem"
      data-over={isOver}
      aria-label={trans.__('Error')}
    >
      <p className="lp-PageProblem-message" dir="auto">
        {error.message}
      </p>
      {what !== '' && <p>{what}</p>}
      <bdi className="lp-Code lp-Dim">{error.code}</bdi>
      {typeof traceback === 'string' && (
        <details>
          <summary>{trans.__('Traceback')}</summary>
          <CopyButton label={trans.__('Copy')} text={() => traceback} />
          <pre dir="ltr" tabIndex={0}>
            {traceback}
          </pre>
        </details>
      )}
    </section>
  );
}

/** The first figures of a result, and all of it as JSON where there is more. */
function Result({ result }: { readonly result: unknown }): React.ReactElement {
  const { trans, format } = useLabpool();
  const isTable = typeof result === 'object' && !Array.isArray(result);
  const facts = isTable
    ? Object.entries(result as Record<string, unknown>)
    : [[trans.__('Result'), result] as const];
  const figures = facts.filter(([, value]) => isFigure(value)).slice(0, MOST);
  return (
    <section className="lp-PageResult" aria-label={trans.__('Result')}>
      <dl className="lp-Facts">
        {figures.map(([name, value]) => (
          <Fact key={name} label={<bdi title={name}>{format.name(name)}</bdi>}>
            <bdi title={String(value)}>
              {isFigure(value) && format.figure(name, value)}
            </bdi>
          </Fact>
        ))}
      </dl>
      {figures.length < facts.length && (
        <details>
          <summary>{trans.__('All of the result')}</summary>
          <pre dir="ltr" tabIndex={0}>
            {JSON.stringify(result, null, 2)}
          </pre>
        </details>
      )}
    </section>
  );
}
