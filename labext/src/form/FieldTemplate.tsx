import type { FieldTemplateProps } from '@rjsf/utils';
import * as React from 'react';

/** Stands between the names in the id of a field. */
export const SEPARATOR = '_lp_';

/** What the fields know of the form that they are in: data only, since it is compared. */
export interface FieldContext {
  /** Whether the form was sent, so that every error is told. */
  readonly isPressed: boolean;
  /** Names of the fields that were edited. */
  readonly touched: readonly string[];
}

/** The field of the form that one of its nodes belongs to. */
export function rootOf(id: string): string {
  return id.split(SEPARATOR)[1] ?? '';
}

/** A field of the form: its label above, its help and what is wrong with it below. */
export function FieldTemplate(props: FieldTemplateProps): React.ReactElement {
  const { id, label, required, schema, children, displayLabel, hidden } = props;
  const { isPressed, touched } = props.formContext as FieldContext;
  const isTold = isPressed || touched.includes(rootOf(id));
  const errors = isTold ? [...new Set(props.rawErrors ?? [])] : [];
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
      {!isGroup && <Errors id={`${id}__error`} texts={errors} />}
    </div>
  );
}

function Errors(props: {
  readonly id: string;
  readonly texts: readonly string[];
}): React.ReactElement | null {
  const { id, texts } = props;
  return texts.length === 0 ? null : (
    <div id={id} className="lp-Field-errors" role="alert">
      {texts.map(text => (
        <div key={text} dir="auto">
          {text}
        </div>
      ))}
    </div>
  );
}
