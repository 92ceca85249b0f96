import * as React from 'react';

import type { Kind } from '../api/types';
import { messageOf } from '../api/error';
import { Note } from '../views/notes';
import { useLabpool } from '../views/widget';

/** The kinds once they are known, why they are not, and a way to ask again. */
export interface Kinds {
  readonly kinds: readonly Kind[] | null;
  readonly problem: string | null;
  readonly ask: () => void;
}

/** Asks for the job kinds when it is first drawn. */
export function useKinds(): Kinds {
  const { api, kinds: book } = useLabpool();
  const [kinds, setKinds] = React.useState<readonly Kind[] | null>(null);
  const [problem, setProblem] = React.useState<string | null>(null);
  const ask = React.useCallback(() => {
    setProblem(null);
    api.kinds().then(
      found => {
        book.learn(found);
        setKinds(found);
      },
      (error: unknown) => {
        setProblem(messageOf(error));
      }
    );
  }, [api, book]);
  React.useEffect(ask, [ask]);
  return { kinds, problem, ask };
}

/** The kinds of run to choose from; one that cannot run here says why and what helps. */
export function KindList(props: {
  readonly from: Kinds;
  readonly chosen: string;
  readonly choose: (name: string) => void;
}): React.ReactElement {
  const { trans } = useLabpool();
  const { kinds, problem, ask } = props.from;
  if (problem !== null) {
    return (
      <Note kind="error" action={{ label: trans.__('Try again'), run: ask }}>
        {trans.__('The kinds of run could not be had: %1', problem)}
      </Note>
    );
  }
  if (kinds === null) {
    return <Note>{trans.__('Loading…')}</Note>;
  }
  if (kinds.length === 0) {
    return <Note>{trans.__('No kind of run is installed on this server.')}</Note>;
  }
  return (
    <ul className="lp-Kinds" aria-label={trans.__('Kinds of run')}>
      {kinds.map(kind => (
        <li key={kind.name}>
          <KindCard {...props} kind={kind} />
        </li>
      ))}
    </ul>
  );
}

function KindCard(props: {
  readonly kind: Kind;
  readonly chosen: string;
  readonly choose: (name: string) => void;
}): React.ReactElement {
  const { trans, kinds } = useLabpool();
  const { kind, chosen, choose } = props;
  return (
    <button
      type="button"
      className="lp-Kind"
      aria-pressed={kind.name === chosen}
      data-kind={kind.name}
      data-available={kind.available}
      onClick={() => {
        choose(kind.name);
      }}
    >
      <span className="lp-Kind-title" dir="auto">
        {kinds.text(kind, kind.title)}
      </span>
      {kind.description !== '' && (
        <span className="lp-Kind-about" dir="auto">
          {kinds.text(kind, kind.description)}
        </span>
      )}
      {!kind.available && (
        <span className="lp-Kind-reason">{trans.__('Not available here')}</span>
      )}
    </button>
  );
}
