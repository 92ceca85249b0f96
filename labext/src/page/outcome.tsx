import { lockIcon, runIcon } from '@jupyterlab/ui-components';
import * as React from 'react';

import type { Run, RunError } from '../api/types';
import { Button } from '../resources/button';
import { reasonWord } from '../text/items';
import { advice, isolated } from '../text/sentences';
import { Commands } from '../tokens';
import { useCommands } from '../views/actions';
import { useLabpool } from '../views/widget';
import { isFigure } from './artifacts';
import { CopyButton } from '../views/copy';
import { Fact } from './head';
import { Notices } from './notices';

/** Figures that are told at a glance; jobs put the telling ones first. */
const MOST = 12;

/** Errors that another session mends. */
const SESSION: readonly string[] = ['session_expired', 'session_missing'];

/** What a run gives notice of, and how it ended: its result, or what went wrong. */
export function Outcome({ run }: { readonly run: Run }): React.ReactElement {
  return (
    <>
      <Notices run={run} />
      <End run={run} />
    </>
  );
}

function End({ run }: { readonly run: Run }): React.ReactElement | null {
  if (run.error && run.state !== 'cancelled') {
    return <Problem run={run} error={run.error} isOver={run.state === 'failed'} />;
  }
  return run.state === 'succeeded' && run.result !== null ? (
    <Result result={run.result} />
  ) : null;
}

/** What went wrong and what can be done, with the traceback folded away. */
function Problem(props: {
  readonly run: Run;
  readonly error: RunError;
  /** Whether the run does not go on by itself. */
  readonly isOver: boolean;
}): React.ReactElement {
  const { trans, errors } = useLabpool();
  const { run, error, isOver } = props;
  const { traceback } = error.details;
  const what = isOver ? advice(error, trans) : '';
  return (
    <section
      className="lp-PageProblem"
      data-over={isOver}
      aria-label={trans.__('Error')}
    >
      <p className="lp-PageProblem-message" dir="auto">
        {errors.say(error)}
      </p>
      {what !== '' && <p>{what}</p>}
      <bdi className="lp-Code lp-Dim">{error.code}</bdi>
      {SESSION.includes(error.code) && <NewSession run={run} />}
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

/** Saves a session anew, then has the run go on. */
function NewSession({ run }: { readonly run: Run }): React.ReactElement | null {
  const { trans } = useLabpool();
  const { can, give } = useCommands();
  const name = run.params['session'];
  return (
    <p className="lp-PageProblem-buttons">
      {can(Commands.sessions) && (
        <Button
          icon={lockIcon}
          label={trans.__('Save a Session…')}
          press={() => {
            give(Commands.sessions, typeof name === 'string' ? { name } : {});
          }}
        />
      )}
      {can(Commands.resumeRun, { id: run.id }) && (
        <Button
          icon={runIcon}
          label={trans.__('Resume')}
          press={() => {
            give(Commands.resumeRun, { id: run.id });
          }}
        />
      )}
    </p>
  );
}

/** The first figures of a result, and all of it as JSON where there is more. */
function Result({ result }: { readonly result: unknown }): React.ReactElement {
  const { trans, format } = useLabpool();
  const isTable = typeof result === 'object' && !Array.isArray(result);
  const facts = isTable
    ? Object.entries(result as Record<string, unknown>).filter(isTold)
    : [[trans.__('Result'), result] as const];
  const figures = facts.filter(([, value]) => isFigure(value)).slice(0, MOST);
  const tables = facts.filter(([, value]) => isTally(value));
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
        {tables.map(([name, value]) => (
          <Fact key={name} label={<bdi title={name}>{format.name(name)}</bdi>}>
            <Tally tally={value as Readonly<Record<string, number>>} />
          </Fact>
        ))}
      </dl>
      {figures.length + tables.length < facts.length && (
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

/** How often each of some things was there. */
function Tally(props: {
  readonly tally: Readonly<Record<string, number>>;
}): React.ReactElement {
  const { trans, format } = useLabpool();
  return (
    <ul className="lp-Tally">
      {Object.entries(props.tally).map(([name, count]) => (
        <li key={name} title={name}>
          {trans.__('%1: %2', isolated(reasonWord(name, trans)), format.number(count))}
        </li>
      ))}
    </ul>
  );
}

function isTally(value: unknown): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).length <= MOST &&
    Object.values(value).every(count => typeof count === 'number')
  );
}

/** What is empty tells nothing. */
function isTold([, value]: readonly [string, unknown]): boolean {
  return !(isTally(value) && Object.keys(value as object).length === 0);
}
