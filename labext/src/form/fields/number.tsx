import type { FieldProps } from '@rjsf/utils';
import * as React from 'react';

import { NumberInput, type Typed } from '../../views/number';

/** A number; a choice of some is drawn as any other choice. */
export function NumberField(props: FieldProps): React.ReactElement {
  const { schema, registry, idSchema, onChange, onBlur, onFocus } = props;
  const formData: unknown = props.formData;
  const { StringField } = registry.fields;
  if ((schema.enum ?? schema.oneOf ?? schema.anyOf) && StringField) {
    return <StringField {...props} />;
  }
  const id = idSchema.$id;
  const value = (formData ?? null) as Typed;
  return (
    <NumberInput
      id={id}
      value={value}
      counts={[schema.type].flat().includes('integer')}
      min={schema.minimum}
      max={schema.maximum}
      disabled={props.disabled === true || props.readonly === true}
      required={props.required === true}
      autoFocus={props.autofocus === true}
      aria-invalid={(props.rawErrors ?? []).length > 0}
      aria-describedby={`${id}__error ${id}__description`}
      change={typed => {
        onChange(typed ?? undefined, undefined, id);
      }}
      onBlur={() => {
        onBlur(id, value);
      }}
      onFocus={() => {
        onFocus(id, value);
      }}
    />
  );
}
