import * as React from 'react';

import type { Run } from '../api/types';
import { ALL_ITEMS } from '../model/itemBook';
import type { RunDetail } from '../model/runDetail';
import { artifactsOf, attemptsOf } from '../model/story';
import { useLabpool, useSignal } from '../views/widget';
import { Artifacts } from './artifacts';
import { Attempts } from './attempts';
import { Items } from './items';
import { Log } from './log';
import { Params } from './params';
import { Records } from './records';
import { Story } from './story';
import { Tabs, type TabSpec } from './tabs';

/** All there is to know of a run besides its head and its curves, in tabs. */
export function Details(props: {
  readonly detail: RunDetail;
  readonly run: Run;
}): React.ReactElement {
  const { trans } = useLabpool();
  const { detail, run } = props;
  useSignal(detail.items.changed);
  const [chosen, choose] = React.useState<string | null>(null);
  const about = useTabs(detail, run);
  const work = useItemTabs(detail, run, choose);
  return (
    <Tabs
      label={trans.__('Log and details')}
      tabs={[...work, ...about]}
      chosen={chosen}
      choose={choose}
    />
  );
}

/** Tabs of a run that works through items; each leads to the other. */
function useItemTabs(
  detail: RunDetail,
  run: Run,
  choose: (id: string) => void
): readonly TabSpec[] {
  const { trans, format } = useLabpool();
  const { items: book } = detail;
  const { total, records } = book.counts ?? { total: 0, records: 0 };
  if (total === 0) {
    return [];
  }
  const showRecords = (item: string): void => {
    book.setRecordFilter({ change: '', item });
    choose('records');
  };
  const showItem = (search: string): void => {
    book.setFilter({ ...ALL_ITEMS, search });
    choose('items');
  };
  return [
    {
      id: 'items',
      label: trans.__('Items'),
      count: format.number(total),
      content: () => <Items {...{ detail, run, showRecords }} />
    },
    {
      id: 'records',
      label: trans.__('Records'),
      count: records > 0 ? format.number(records) : '',
      content: () => <Records {...{ detail, showItem }} />
    }
  ];
}

function useTabs(detail: RunDetail, run: Run): readonly TabSpec[] {
  const { trans, format } = useLabpool();
  const { story } = detail;
  const [attempts, artifacts] = React.useMemo(
    () => [attemptsOf(story), artifactsOf(story)],
    [story]
  );
  const first = story[0];
  const maxAttempts =
    first?.type === 'run_queued' ? first.max_attempts : run.max_attempts;
  const count = (things: readonly unknown[]): string =>
    things.length > 0 ? format.number(things.length) : '';
  const tab = (
    id: string,
    label: string,
    content: React.ReactElement,
    things: readonly unknown[] = []
  ): TabSpec => ({ id, label, count: count(things), content: () => content });
  return [
    tab('log', trans.__('Log'), <Log detail={detail} />),
    tab('events', trans.__('Events'), <Story story={story} />),
    tab('params', trans.__('Parameters'), <Params {...{ run, maxAttempts }} />),
    tab(
      'artifacts',
      trans.__('Artifacts'),
      <Artifacts {...{ artifacts }} />,
      artifacts
    ),
    tab('attempts', trans.__('Attempts'), <Attempts {...{ attempts }} />, attempts)
  ];
}
