import { FormComponent } from '@jupyterlab/ui-components';
import type { ReadonlyJSONObject } from '@lumino/coreutils';
import type { FormProps, IChangeEvent } from '@rjsf/core';
import { getDefaultFormState, type RJSFValidationError } from '@rjsf/utils';
import validator from '@rjsf/validator-ajv8';
import * as React from 'react';

import type { Kind } from '../api/types';
import { useLabpool } from '../views/widget';
import { wordsFor, type Refusal } from './errors';
import { FieldTemplate, rootOf, SEPARATOR, type FieldContext } from './FieldTemplate';
import { ObjectTemplate } from './ObjectTemplate';
import { schemaOf } from './schema';

/** Values as the form holds them. */
export type Values = ReadonlyJSONObject;

const NO_ERRORS = {};
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
  const { trans, format, translator } = useLabpool();
  const { kind, values, refusal, isPressed, change, judge } = props;
  const [touched, setTouched] = React.useState<readonly string[]>([]);
  const schema = React.useMemo(
    () => schemaOf(kind.params_schema, trans),
    [kind, trans]
  );
  React.useEffect(() => {
    // What was not touched has the default that the server knows as well.
    const filled: unknown = getDefaultFormState(validator, schema, values, schema);
    judge(validator.isValid(schema, filled, schema));
  }, [schema, values, judge]);
  const shown = (errors: RJSFValidationError[]): RJSFValidationError[] =>
    errors.map(error => ({ ...error, message: wordsFor(error, trans, format) }));
  const context: FieldContext = { isPressed, touched };
  const onChange = (event: IChangeEvent<Values>, id?: string): void => {
    const name = rootOf(id ?? '');
    setTouched([...touched, name]);
    change(event.formData ?? {}, name);
  };
  // The validator's type is that of another form's values; it validates any.
  const check = validator as unknown as FormProps<Values>['validator'];
  return (
    <FormComponent
      className="lp-RunForm-fields"
      tagName="div"
      schema={schema}
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
      extraErrors={refusal?.params ?? NO_ERRORS}
      onChange={onChange}
      compact
    />
  );
}
