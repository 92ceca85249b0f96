import * as React from 'react';

import { readNumber, writeNumber } from '../text/numerals';
import { useLabpool } from './widget';

/** What is typed: a number, nothing, or a text that is no number. */
export type Typed = number | string | null;

/**
 * A field for a number, which takes the digits of every language that Labpool speaks.
 *
 * A browser's own number field drops what is not Latin while it is typed.
 */
export function NumberInput(
  props: Omit<
    React.InputHTMLAttributes<HTMLInputElement>,
    'value' | 'onChange' | 'type' | 'min' | 'max'
  > & {
    readonly value: Typed;
    readonly change: (typed: Typed) => void;
    /** Whether the arrow keys count up and down. */
    readonly counts: boolean;
    readonly min?: number | undefined;
    readonly max?: number | undefined;
  }
): React.ReactElement {
  const { format, trans } = useLabpool();
  const { value, change, counts, min, max, ...look } = props;
  const node = React.useRef<HTMLInputElement>(null);
  const wrong = isUsable(props) ? '' : trans.__('Is not a value that can be used.');
  React.useEffect(() => {
    // JupyterLab's dialogs do not close over a field that is not valid.
    node.current?.setCustomValidity(wrong);
  }, [wrong]);
  const [typed, setTyped] = React.useState('');
  // What is typed stays as it is as long as it means the value.
  const text = readNumber(typed) === value ? typed : textOf(value, format.code);
  const put = (next: string): void => {
    setTyped(next);
    change(readNumber(next));
  };
  return (
    <input
      {...look}
      ref={node}
      type="text"
      dir="ltr"
      inputMode={counts ? 'numeric' : 'decimal'}
      autoComplete="off"
      spellCheck={false}
      data-number=""
      value={text}
      onChange={event => {
        put(event.target.value);
      }}
      onKeyDown={event => {
        const step = STEPS[event.key];
        if (counts && step !== undefined && typeof value !== 'string') {
          event.preventDefault();
          const next = (value ?? (min ?? 1) - 1) + step;
          const within = Math.min(Math.max(next, min ?? -Infinity), max ?? Infinity);
          put(writeNumber(within, format.code));
        }
      }}
    />
  );
}

/** Whether a field's number is one that it asks for; nothing is, where nothing is required. */
function isUsable(field: {
  readonly value: Typed;
  readonly counts: boolean;
  readonly min?: number | undefined;
  readonly max?: number | undefined;
  readonly required?: boolean | undefined;
}): boolean {
  const { value, counts, min = -Infinity, max = Infinity, required = false } = field;
  if (typeof value !== 'number') {
    return value === null && !required;
  }
  return value >= min && value <= max && (!counts || Number.isInteger(value));
}

const STEPS: Readonly<Record<string, number>> = { ArrowUp: 1, ArrowDown: -1 };

function textOf(value: Typed, code: string): string {
  return typeof value === 'number' ? writeNumber(value, code) : (value ?? '');
}
