import * as React from 'react';

import { useLabpool } from './widget';

/** One choice of a row of chips. */
export interface Chip<Value extends string> {
  /** Empty for all. */
  readonly value: Value | '';
  readonly label: string;
  /** How many there are; null where nobody has counted. */
  readonly count: number | null;
}

/** A filter whose choices are all in sight, each with its mark, its word and its number. */
export function Chips<Value extends string>(props: {
  /** What is chosen by them. */
  readonly label: string;
  readonly chips: readonly Chip<Value>[];
  readonly value: Value | '';
  /** Whether each has the mark of a state; so unless it says otherwise. */
  readonly hasMarks?: boolean;
  readonly changed: (value: Value | '') => void;
}): React.ReactElement {
  const { format } = useLabpool();
  const { label, chips, value, hasMarks = true, changed } = props;
  return (
    <div className="lp-Chips" role="group" aria-label={label}>
      {chips.map(chip => (
        <button
          key={chip.value}
          type="button"
          className="lp-Chip"
          aria-pressed={chip.value === value}
          data-empty={chip.count === 0}
          onClick={() => {
            // Pressed once more, it lets all through again.
            changed(chip.value === value ? '' : chip.value);
          }}
        >
          {hasMarks && chip.value !== '' && (
            <span className="lp-State" data-state={chip.value}>
              <span className="lp-State-mark" aria-hidden="true" />
            </span>
          )}
          {chip.label}
          {chip.count !== null && (
            <span className="lp-Chip-count">{format.number(chip.count)}</span>
          )}
        </button>
      ))}
    </div>
  );
}
