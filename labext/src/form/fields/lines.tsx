import type { FieldProps } from '@rjsf/utils';
import * as React from 'react';

import { useLabpool } from '../../views/widget';

/** A list as a text, one entry a line; objects are written as JSON. */
export function LinesField(props: FieldProps): React.ReactElement {
  const { trans } = useLabpool();
  const { idSchema, uiSchema, disabled, onChange, required = false } = props;
  const [text, setText] = React.useState(() => textOf(props.formData));
  const id = idSchema.$id;
  const rows: unknown = uiSchema?.['ui:options']?.rows;
  return (
    <textarea
      id={id}
      rows={typeof rows === 'number' ? rows : undefined}
      spellCheck={false}
      placeholder={trans.__('One a line')}
      value={text}
      disabled={disabled}
      required={required}
      aria-describedby={`${id}__error ${id}__description`}
      onChange={event => {
        setText(event.target.value);
        onChange(entriesOf(event.target.value));
      }}
    />
  );
}

/** What a list looks like as a text. */
export function textOf(entries: unknown): string {
  return Array.isArray(entries)
    ? entries
        .map(entry => (typeof entry === 'string' ? entry : JSON.stringify(entry)))
        .join('\n')
    : '';
}

/** The entries of a text; undefined where there are none. */
export function entriesOf(text: string): readonly unknown[] | undefined {
  const entries = text.split('\n').flatMap(line => {
    const entry = line.trim();
    return entry === '' ? [] : [entry.startsWith('{') ? objectOf(entry) : entry];
  });
  return entries.length === 0 ? undefined : entries;
}

/** What is no JSON stays as it was typed: the form says so. */
function objectOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return line;
  }
}
