import { filterDotIcon, filterIcon } from '@jupyterlab/ui-components';
import * as React from 'react';

import type { RunState } from '../api/types';
import type { RunFilter } from '../model/runList';
import { Choice, SearchField } from '../views/filter';
import { stateWord } from '../views/state';
import { useLabpool } from '../views/widget';

const STATES: readonly RunState[] = [
  'running',
  'queued',
  'interrupted',
  'succeeded',
  'failed',
  'cancelled'
];

/** Pause after the last key before the server is asked. */
const TYPING_MS = 200;

/** Search by name, and a choice of kind and state behind a button. */
export function RunFilterBar(props: {
  readonly filter: RunFilter;
  /** What the kinds are called, by name. */
  readonly titles: ReadonlyMap<string, string>;
  readonly changed: (filter: RunFilter) => void;
}): React.ReactElement {
  const { trans } = useLabpool();
  const { filter, titles, changed } = props;
  const [isOpen, setOpen] = React.useState(false);
  const chooses = filter.kind !== '' || filter.state !== '';
  const Icon = chooses ? filterDotIcon : filterIcon;
  return (
    <div className="lp-Filter" role="search" aria-label={trans.__('Filter runs')}>
      <SearchField
        value={filter.search}
        placeholder={trans.__('Search runs')}
        label={trans.__('Search runs by name')}
        pauseMs={TYPING_MS}
        changed={search => {
          changed({ ...filter, search });
        }}
      />
      <button
        type="button"
        className="lp-IconButton"
        aria-expanded={isOpen}
        aria-label={trans.__('Filter by kind and state')}
        title={trans.__('Filter by Kind and State')}
        onClick={() => {
          setOpen(!isOpen);
        }}
      >
        <Icon.react tag="span" />
      </button>
      {isOpen && (
        <div className="lp-Filter-choices">
          <Choice
            label={trans.__('Kind')}
            all={trans.__('All kinds')}
            value={filter.kind}
            options={[...titles]}
            changed={kind => {
              changed({ ...filter, kind });
            }}
          />
          <Choice
            label={trans.__('State')}
            all={trans.__('All states')}
            value={filter.state}
            options={STATES.map(state => [state, stateWord(state, trans)])}
            changed={state => {
              changed({ ...filter, state });
            }}
          />
        </div>
      )}
    </div>
  );
}
