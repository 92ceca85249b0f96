import { deleteIcon } from '@jupyterlab/ui-components';
import * as React from 'react';

import { messageOf } from '../api/error';
import type { SessionKept } from '../api/types';
import type { ILabpool } from '../tokens';
import { Note } from '../views/notes';
import { LabpoolWidget, useLabpool } from '../views/widget';
import { forgetSession } from './forget';

/** The sessions that are kept, without what is in them. */
export class SessionsBody extends LabpoolWidget {
  constructor(labpool: ILabpool) {
    super(labpool, <SessionList />);
    this.addClass('lp-Question');
    this.addClass('lp-Sessions');
  }
}

function SessionList(): React.ReactElement {
  const { trans } = useLabpool();
  const { sessions, problem, ask } = useSessions();
  return (
    <>
      <p className="lp-Dim">
        {trans.__('Sessions let scrapes read pages that need a login.')}
      </p>
      {problem !== '' ? (
        <Note kind="error" action={{ label: trans.__('Try again'), run: ask }}>
          {trans.__('The sessions could not be loaded: %1', problem)}
        </Note>
      ) : sessions === null ? (
        <Note>{trans.__('Loading…')}</Note>
      ) : sessions.length === 0 ? (
        <Note>{trans.__('No session is kept.')}</Note>
      ) : (
        <Table sessions={sessions} changed={ask} />
      )}
    </>
  );
}

/** The sessions once they are known, why they are not, and a way to ask again. */
export function useSessions(): {
  readonly sessions: readonly SessionKept[] | null;
  readonly problem: string;
  readonly ask: () => void;
} {
  const { api } = useLabpool();
  const [sessions, setSessions] = React.useState<readonly SessionKept[] | null>(null);
  const [problem, setProblem] = React.useState('');
  const ask = React.useCallback(() => {
    setProblem('');
    api.sessions().then(setSessions, (error: unknown) => {
      setProblem(messageOf(error));
    });
  }, [api]);
  React.useEffect(ask, [ask]);
  return { sessions, problem, ask };
}

function Table(props: {
  readonly sessions: readonly SessionKept[];
  readonly changed: () => void;
}): React.ReactElement {
  const { trans } = useLabpool();
  return (
    <table className="lp-PageTable">
      <thead>
        <tr>
          <th scope="col">{trans.__('Name')}</th>
          <th scope="col">{trans.__('Sites')}</th>
          <th scope="col">{trans.__('Cookies')}</th>
          <th scope="col">{trans.__('Saved')}</th>
          <th scope="col">{trans.__('Ends')}</th>
          <th scope="col">
            <span className="jp-sr-only">{trans.__('Actions')}</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {props.sessions.map(session => (
          <Row key={session.name} session={session} changed={props.changed} />
        ))}
      </tbody>
    </table>
  );
}

function Row(props: {
  readonly session: SessionKept;
  readonly changed: () => void;
}): React.ReactElement {
  const { format } = useLabpool();
  const { session } = props;
  return (
    <tr>
      <th scope="row">
        <bdi>{session.name}</bdi>
      </th>
      <td>
        {session.hosts.map(host => (
          <div key={host}>
            <bdi className="lp-Code">{host}</bdi>
          </div>
        ))}
      </td>
      <td>{format.number(session.cookies)}</td>
      <td>
        <time dateTime={session.saved_at}>{format.moment(session.saved_at)}</time>
      </td>
      <td>
        <End at={session.expires_at} />
      </td>
      <td>
        <Forget {...props} />
      </td>
    </tr>
  );
}

/** When a session ends, as far as its cookies tell. */
function End({ at }: { readonly at: string | null }): React.ReactElement {
  const { trans, format } = useLabpool();
  if (at === null) {
    return <span className="lp-Dim">{trans.__('not told')}</span>;
  }
  const isOver = Date.parse(at) < Date.now();
  return (
    <time dateTime={at} data-over={isOver}>
      {isOver ? trans.__('ended %1', format.moment(at)) : format.moment(at)}
    </time>
  );
}

/** Deletes a session once that was asked for twice: a dialog cannot open another one. */
function Forget(props: {
  readonly session: SessionKept;
  readonly changed: () => void;
}): React.ReactElement {
  const labpool = useLabpool();
  const { trans } = labpool;
  const { session, changed } = props;
  const [isSure, setSure] = React.useState(false);
  if (!isSure) {
    return (
      <button
        type="button"
        className="lp-IconButton"
        title={trans.__('Delete…')}
        aria-label={trans.__('Delete %1', session.name)}
        onClick={() => {
          setSure(true);
        }}
      >
        <deleteIcon.react tag="span" />
      </button>
    );
  }
  return (
    <span className="lp-Sessions-sure">
      <button
        type="button"
        className="jp-mod-styled jp-mod-warn"
        autoFocus
        aria-label={trans.__('Delete %1', session.name)}
        onClick={() => {
          void forgetSession(labpool, session.name).then(changed);
        }}
      >
        {trans.__('Delete')}
      </button>
      <button
        type="button"
        className="jp-mod-styled"
        onClick={() => {
          setSure(false);
        }}
      >
        {trans.__('Keep')}
      </button>
    </span>
  );
}
