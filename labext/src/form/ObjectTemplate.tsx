import type { ObjectFieldTemplateProps } from '@rjsf/utils';
import * as React from 'react';

/** A group of fields; one inside of another can be folded away. */
export function ObjectTemplate(props: ObjectFieldTemplateProps): React.ReactElement {
  const { title, description, properties, idSchema, idPrefix } = props as Props;
  const fields = properties.map(property => (
    <React.Fragment key={property.name}>{property.content}</React.Fragment>
  ));
  if (idSchema.$id === idPrefix || title === '') {
    return <div className="lp-Fields">{fields}</div>;
  }
  return (
    <details className="lp-Fold">
      <summary dir="auto">{title}</summary>
      {description !== undefined && (
        <p className="lp-Field-help" dir="auto">
          {description}
        </p>
      )}
      <div className="lp-Fields">{fields}</div>
    </details>
  );
}

type Props = ObjectFieldTemplateProps & { readonly idPrefix?: string };
