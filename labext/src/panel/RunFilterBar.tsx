import { filterDotIcon, filterIcon } from '@jupyterlab/ui-components';
import * as React from 'react';

import type { RunState } from '../api/types';
import type { RunFilter } from '../model/runList';
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
      <Search
        value={filter.search}
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
              changed({ ...filter, state: state as RunFilter['state'] });
            }}
          />
        </div>
      )}
    </div>
  );
}

function Search(props: {
  readonly value: string;
  readonly changed: (value: string) => void;
}): React.ReactElement {
  const { trans } = useLabpool();
  const [text, setText] = React.useState(props.value);
  const typed = React.useRef<number>();
  React.useEffect(() => {
    setText(shown => (shown.trim() === props.value ? shown : props.value));
  }, [props.value]);
  React.useEffect(
    () => () => {
      window.clearTimeout(typed.current);
    },
    []
  );
  return (
    <input
      type="search"
      className="lp-Filter-search"
      dir="auto"
      placeholder={trans.__('Search runs')}
      aria-label={trans.__('Search runs by name')}
      value={text}
      onChange={event => {
        const now = event.target.value;
        setText(now);
        window.clearTimeout(typed.current);
        typed.current = window.setTimeout(() => {
          props.changed(now.trim());
        }, TYPING_MS);
      }}
    />
  );
}

function Choice(props: {
  readonly label: string;
  readonly all: string;
  readonly value: string;
  readonly options: readonly (readonly [value: string, label: string])[];
  readonly changed: (value: string) => void;
}): React.ReactElement {
  const { label, all, value, options, changed } = props;
  return (
    <select
      className="lp-Filter-choice"
      aria-label={label}
      value={value}
      onChange={event => {
        changed(event.target.value);
      }}
    >
      <option value="">{all}</option>
      {options.map(([name, title]) => (
        <option key={name} value={name}>
          {title}
        </option>
      ))}
    </select>
  );
}
