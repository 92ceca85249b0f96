import * as React from 'react';

import { useLabpool } from '../views/widget';
import { DataValue } from './dataValue';

/** Fields that a job named, each with its value. */
export function FieldList(props: {
  readonly data: Readonly<Record<string, unknown>>;
}): React.ReactElement | null {
  const { trans } = useLabpool();
  const fields = Object.entries(props.data);
  return fields.length === 0 ? null : (
    <dl className="lp-FieldList" aria-label={trans.__('Fields')}>
      {fields.map(([name, value]) => (
        <React.Fragment key={name}>
          <dt>
            <bdi>{name}</bdi>
          </dt>
          <dd>
            <DataValue value={value} />
          </dd>
        </React.Fragment>
      ))}
    </dl>
  );
}
