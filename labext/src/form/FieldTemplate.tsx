import type { FieldTemplateProps } from '@rjsf/utils';
import * as React from 'react';

/** A field of the form: its label above, its help and what is wrong with it below. */
export function FieldTemplate(props: FieldTemplateProps): React.ReactElement {
  const { id, label, required, schema, children, displayLabel, hidden } = props;
  const errors = [...new Set(props.rawErrors ?? [])];
  const isGroup = schema.type === 'object';
  if (hidden === true) {
    return <div hidden>{children}</div>;
  }
  return (
    <div
      className={isGroup ? 'lp-Group' : 'lp-Field'}
      data-short={['integer', 'number', 'boolean'].includes(String(schema.type))}
      data-wrong={errors.length > 0}
    >
      {displayLabel === true && !isGroup && (
        <label htmlFor={id} dir="auto">
          {label}
          {required === true && <span aria-hidden="true"> *</span>}
        </label>
      )}
      {children}
      {schema.description !== undefined && !isGroup && (
        <div id={`${id}__description`} className="lp-Field-help" dir="auto">
          {schema.description}
        </div>
      )}
      {errors.length > 0 && !isGroup && (
        <ul id={`${id}__error`} className="lp-Field-errors" role="alert">
          {errors.map(text => (
            <li key={text} dir="auto">
              {text}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
