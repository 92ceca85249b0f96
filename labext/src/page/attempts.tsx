import * as React from 'react';

import type { Attempt } from '../model/story';
import { endingWords, isolated } from '../text/sentences';
import { Note } from '../views/notes';
import { stateWord } from '../views/state';
import { useClock, useLabpool } from '../views/widget';

/** The attempts of a run: where each ran, for how long, and why it ended. */
export function Attempts(props: {
  readonly attempts: readonly Attempt[];
}): React.ReactElement {
  const { trans } = useLabpool();
  const { attempts } = props;
  if (attempts.length === 0) {
    return <Note>{trans.__('Not started yet: the run waits for a free worker.')}</Note>;
  }
  return (
    <ol className="lp-Attempts lp-Scroll">
      {[...attempts].reverse().map(attempt => (
        <li key={attempt.number} data-state={attempt.ending?.how ?? 'running'}>
          <AttemptRow attempt={attempt} />
        </li>
      ))}
    </ol>
  );
}

function AttemptRow({ attempt }: { readonly attempt: Attempt }): React.ReactElement {
  const { trans, format } = useLabpool();
  const { ending, workers, host, pid } = attempt;
  return (
    <>
      <div className="lp-Attempts-head">
        <strong>{trans.__('Attempt %1', format.number(attempt.number))}</strong>
        <span className="lp-State" data-state={ending?.how ?? 'running'}>
          <span className="lp-State-mark" aria-hidden="true" />
          {stateWord(ending?.how ?? 'running', trans)}
        </span>
        <Length attempt={attempt} />
      </div>
      {ending && (
        <p dir="auto">
          {endingWords(ending, trans)}{' '}
          {ending.error && <bdi className="lp-Code lp-Dim">{ending.error.code}</bdi>}
        </p>
      )}
      <p className="lp-Dim">
        {attempt.started && (
          <time dateTime={attempt.started}>{format.date(attempt.started)}</time>
        )}
        {workers.map(worker => (
          <bdi key={worker} className="lp-Code">
            {worker}
          </bdi>
        ))}
        {pid !== null && (
          <span>{trans.__('process %1 on %2', String(pid), isolated(host))}</span>
        )}
      </p>
    </>
  );
}

/** How long an attempt took, or takes. */
function Length({ attempt }: { readonly attempt: Attempt }): React.ReactElement | null {
  const { format } = useLabpool();
  useClock(1);
  const { started, ended } = attempt;
  if (started === null) {
    return null;
  }
  const end = ended === null ? Date.now() : Date.parse(ended);
  return (
    <span className="lp-Dim">
      {format.duration((end - Date.parse(started)) / 1000)}
    </span>
  );
}
