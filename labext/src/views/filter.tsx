import * as React from 'react';

/** Looks for what is typed, a moment after the last key. */
export function SearchField(props: {
  readonly value: string;
  readonly placeholder: string;
  readonly label: string;
  /** Pause after the last key, milliseconds; where the server is asked, not every key asks. */
  readonly pauseMs?: number;
  readonly changed: (value: string) => void;
}): React.ReactElement {
  const { value, placeholder, label, pauseMs = 0, changed } = props;
  const [text, setText] = React.useState(value);
  const typed = React.useRef<number>();
  React.useEffect(() => {
    setText(shown => (shown.trim() === value ? shown : value));
  }, [value]);
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
      placeholder={placeholder}
      aria-label={label}
      value={text}
      onChange={event => {
        const now = event.target.value;
        setText(now);
        window.clearTimeout(typed.current);
        typed.current = window.setTimeout(() => {
          changed(now.trim());
        }, pauseMs);
      }}
    />
  );
}

/** One of a few values, or all of them. */
export function Choice<Value extends string>(props: {
  readonly label: string;
  readonly all: string;
  /** Empty for all. */
  readonly value: Value | '';
  readonly options: readonly (readonly [value: Value, label: string])[];
  readonly changed: (value: Value | '') => void;
}): React.ReactElement {
  const { label, all, value, options, changed } = props;
  return (
    <select
      className="lp-Filter-choice"
      aria-label={label}
      value={value}
      onChange={event => {
        const chosen = event.target.value;
        changed(options.find(([name]) => name === chosen)?.[0] ?? '');
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
