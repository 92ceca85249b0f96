import * as React from 'react';

import { ALL_RUNS, RunList } from '../model/runList';
import { Commands } from '../tokens';
import { useCommands } from '../views/actions';
import { useFocusKept } from '../views/focus';
import { Note } from '../views/notes';
import { useClock, useLabpool, useSignal } from '../views/widget';
import { RunFilterBar } from './RunFilterBar';
import { RunRows } from './RunRows';

/** How often "5 minutes ago" is counted again, seconds. */
const CLOCK_S = 20;

/** The runs: those that run first, then those that wait, then the latest. */
export function Runs(props: { readonly list: RunList }): React.ReactElement {
  const { list } = props;
  const { session, kinds } = useLabpool();
  useSignal(list.changed);
  useClock(CLOCK_S);
  useSignal(session.linkChanged);
  const titles = React.useMemo(
    () => new Map([...session.kinds.keys()].map(name => [name, kinds.title(name)])),
    [session.kinds, kinds]
  );
  const node = React.useRef<HTMLDivElement>(null);
  const kept = useFocusKept(node, '.lp-RunRow button, input');
  return (
    <div className="lp-Runs" ref={node} {...kept}>
      <RunFilterBar
        filter={list.filter}
        titles={titles}
        changed={filter => {
          list.setFilter(filter);
        }}
      />
      {list.rows.length > 0 ? (
        <RunRows list={list} titles={titles} />
      ) : (
        <NoRows list={list} />
      )}
      <More list={list} />
    </div>
  );
}

/** Why there is no row. */
function NoRows(props: { readonly list: RunList }): React.ReactElement {
  const { trans } = useLabpool();
  const { can, give } = useCommands();
  const { list } = props;
  if (list.phase === 'failed') {
    return <Trouble list={list} />;
  }
  if (list.phase === 'loading' || list.isAsking) {
    return <Note>{trans.__('Loading runs…')}</Note>;
  }
  if (list.isFiltered) {
    const action = {
      label: trans.__('Clear Filter'),
      run: () => {
        list.setFilter(ALL_RUNS);
      }
    };
    return <Note action={action}>{trans.__('No run matches.')}</Note>;
  }
  const action = {
    label: trans.__('New Run'),
    run: () => {
      give(Commands.newRun);
    }
  };
  return (
    <Note {...(can(Commands.newRun) ? { action } : {})}>
      {trans.__(
        'No runs yet. Long work that you launch goes on when this page is closed, and is found here again.'
      )}
    </Note>
  );
}

/** That older runs are on their way, or why they are not. */
function More(props: { readonly list: RunList }): React.ReactElement | null {
  const { trans } = useLabpool();
  const { list } = props;
  if (list.rows.length === 0) {
    return null;
  }
  if (list.problem !== '') {
    return <Trouble list={list} />;
  }
  // Quick answers show no word at all.
  return list.isAsking ? (
    <div className="lp-More" role="status">
      {trans.__('Loading more runs…')}
    </div>
  ) : null;
}

function Trouble(props: { readonly list: RunList }): React.ReactElement {
  const { trans } = useLabpool();
  const { list } = props;
  const action = {
    label: trans.__('Try Again'),
    run: () => {
      list.retry();
    }
  };
  return (
    <Note kind="error" action={action}>
      {trans.__('The runs could not be loaded: %1', list.problem)}
    </Note>
  );
}
