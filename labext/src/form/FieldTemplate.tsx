import type { FieldTemplateProps } from '@rjsf/utils';
import * as React from 'react';

/** Stands between the names in the id of a field. */
export const SEPARATOR = '_lp_';

/** Types whose fields need little room. */
const SHORT: readonly string[] = ['integer', 'number', 'boolean'];

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
  const { schema, children, hidden } = props;
  if (hidden === true) {
    return <div hidden>{children}</div>;
  }
  const type = [schema.type].flat();
  const isGroup = type.includes('object') && !isOwn(props);
  return isGroup ? (
    <div className="lp-Group" data-wrong="false">
      {children}
    </div>
  ) : (
    <Single {...props} isShort={type.some(one => SHORT.includes(one ?? ''))} />
  );
}

/** Whether it is a field of our own; RJSF thinks that such a one brings its label. */
function isOwn({ uiSchema }: FieldTemplateProps): boolean {
  return uiSchema?.['ui:field'] !== undefined;
}

function Single(
  props: FieldTemplateProps & { readonly isShort: boolean }
): React.ReactElement {
  const { id, label, required, schema, children, isShort } = props;
  const { isPressed, touched } = props.formContext as FieldContext;
  const isTold = isPressed || touched.includes(rootOf(id));
  const errors = isTold ? [...new Set(props.rawErrors ?? [])] : [];
  return (
    <div className="lp-Field" data-short={isShort} data-wrong={errors.length > 0}>
      {(props.displayLabel === true || isOwn(props)) && (
        <label htmlFor={id} dir="auto">
          {label}
          {required === true && <span aria-hidden="true"> *</span>}
        </label>
      )}
      {children}
      {schema.description !== undefined && schema.type !== 'boolean' && (
        // A checkbox of RJSF's brings its description itself.
        <div id={`${id}__description`} className="lp-Field-help" dir="auto">
          {schema.description}
        </div>
      )}
      <Errors id={`${id}__error`} texts={errors} />
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
