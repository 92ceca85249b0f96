import { FormComponent } from '@jupyterlab/ui-components';
import type { ReadonlyJSONObject } from '@lumino/coreutils';
import type { FormProps, IChangeEvent } from '@rjsf/core';
import { getDefaultFormState, type RJSFValidationError } from '@rjsf/utils';
import validator from '@rjsf/validator-ajv8';
import * as React from 'react';

import type { Kind } from '../api/types';
import { useLabpool } from '../views/widget';
import { emptiedDefault, withEmptied } from './emptied';
import { emptiedWords, flat, wholeField, wordsFor, type Refusal } from './errors';
import { FieldTemplate, rootOf, SEPARATOR, type FieldContext } from './FieldTemplate';
import { DataSetsField } from './fields/dataSets';
import { LinesField } from './fields/lines';
import { NumberField } from './fields/number';
import { PairsField } from './fields/pairs';
import { SessionField } from './fields/session';
import { ObjectTemplate } from './ObjectTemplate';
import { schemaOf } from './schema';

/** Values as the form holds them. */
export type Values = ReadonlyJSONObject;

const NO_ERRORS = {};
const FIELDS = {
  dataSets: DataSetsField,
  NumberField,
  lines: LinesField,
  pairs: PairsField,
  session: SessionField
};
const TEMPLATES = { FieldTemplate, ObjectFieldTemplate: ObjectTemplate };

/** The fields of one kind, drawn from its schema. Heavy: loaded when a form is first opened. */
export default function RunForm(props: {
  readonly kind: Kind;
  readonly values: Values;
  /** Null shows errors only at fields that were touched. */
  readonly refusal: Refusal | null;
  readonly isPressed: boolean;
  readonly change: (values: Values, edited: string) => void;
  /** Tells whether all values can be used. */
  readonly judge: (isValid: boolean) => void;
}): React.ReactElement {
  const { trans, format, kinds, translator } = useLabpool();
  const { kind, values, refusal, isPressed, change, judge } = props;
  const [touched, setTouched] = React.useState<readonly string[]>([]);
  const { schema, ui } = React.useMemo(
    () => schemaOf(kind.params_schema, english => kinds.text(kind, english)),
    [kind, kinds]
  );
  React.useEffect(() => {
    // What was not touched has the default that the server knows as well.
    const filled: unknown = getDefaultFormState(validator, schema, values, schema);
    judge(validator.isValid(schema, filled, schema));
  }, [schema, values, judge]);
  const shown = (errors: RJSFValidationError[]): RJSFValidationError[] =>
    errors.map(error => {
      const preset = emptiedDefault(values, error.property ?? '', schema);
      const message =
        preset === undefined
          ? wordsFor(error, trans, format)
          : emptiedWords(preset, trans, format);
      return wholeField({ ...error, message }, ui, trans, format);
    });
  const context: FieldContext = { isPressed, touched };
  const onChange = (event: IChangeEvent<Values>, id?: string): void => {
    const name = rootOf(id ?? '');
    setTouched([...touched, name]);
    change(withEmptied(event.formData ?? {}, id ?? '', schema), name);
  };
  // These types are those of another form's values; they fit any.
  const look = ui as NonNullable<FormProps<Values>['uiSchema']>;
  const check = validator as unknown as FormProps<Values>['validator'];
  return (
    <FormComponent
      className="lp-RunForm-fields"
      tagName="div"
      schema={schema}
      uiSchema={look}
      fields={FIELDS}
      templates={TEMPLATES}
      formData={values}
      validator={check}
      translator={translator}
      idPrefix={`lp-${kind.name}`}
      idSeparator={SEPARATOR}
      formContext={context}
      liveValidate
      noHtml5Validate
      showErrorList={false}
      transformErrors={shown}
      extraErrors={refusal ? flat(refusal.params, schema) : NO_ERRORS}
      onChange={onChange}
      compact
    />
  );
}
