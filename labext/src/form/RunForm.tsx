import { FormComponent } from '@jupyterlab/ui-components';
import type { ReadonlyJSONObject } from '@lumino/coreutils';
import type { FormProps, IChangeEvent } from '@rjsf/core';
import type { RJSFValidationError } from '@rjsf/utils';
import validator from '@rjsf/validator-ajv8';
import * as React from 'react';

import type { Kind } from '../api/types';
import { useLabpool } from '../views/widget';
import { wordsFor, type Refusal } from './errors';
import { FieldTemplate } from './FieldTemplate';
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
  readonly change: (values: Values, isValid: boolean, edited: string) => void;
}): React.ReactElement {
  const { trans, format, translator } = useLabpool();
  const { kind, values, refusal, isPressed, change } = props;
  const [touched, setTouched] = React.useState<ReadonlySet<string>>(new Set());
  const schema = React.useMemo(
    () => schemaOf(kind.params_schema, trans),
    [kind, trans]
  );
  const shown = (errors: RJSFValidationError[]): RJSFValidationError[] =>
    errors
      .filter(error => isPressed || touched.has(rootOf(error)))
      .map(error => ({ ...error, message: wordsFor(error, trans, format) }));
  const onChange = (event: IChangeEvent<Values>, id?: string): void => {
    const name = id?.split('_lp_')[1] ?? '';
    setTouched(new Set([...touched, name]));
    const data = event.formData ?? {};
    change(data, validator.isValid(schema, data, schema), name);
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
      idSeparator="_lp_"
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

/** The field of the form that an error is about, or is inside of. */
function rootOf(error: RJSFValidationError): string {
  const missing = (error.params as { missingProperty?: string } | undefined)
    ?.missingProperty;
  const path = (error.property ?? '').split(/[.[\]']+/).filter(Boolean);
  return path[0] ?? missing ?? '';
}
