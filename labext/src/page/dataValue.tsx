import * as React from 'react';

import type { Format } from '../text/format';
import { useLabpool } from '../views/widget';

/** A moment as jobs write it, with its zone. */
const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/;

/** A value of a record, as people read it, each in its own direction. */
export function DataValue(props: {
  readonly value: unknown;
  /** In one line, with all of it where one points. */
  readonly isCut?: boolean;
}): React.ReactElement {
  const { format } = useLabpool();
  const { value, isCut = false } = props;
  const text = dataText(value, format);
  const look = isCut ? { className: 'lp-Cut', title: text } : {};
  if (text === '') {
    return <span className="lp-Dim">–</span>;
  }
  return isMoment(value) ? (
    <time {...look} dateTime={value} title={value}>
      {text}
    </time>
  ) : (
    <span dir="auto" {...look}>
      {text}
    </span>
  );
}

/** A value in words; empty where there is none. Digits stay as they are: an id is no number. */
export function dataText(value: unknown, format: Format): string {
  if (value === null || value === undefined) {
    return '';
  }
  if (Array.isArray(value)) {
    return value
      .map(one => dataText(one, format))
      .join(format.dir === 'rtl' ? '، ' : ', ');
  }
  if (typeof value === 'boolean') {
    return format.figure('', value);
  }
  if (isMoment(value)) {
    return format.moment(value);
  }
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function isMoment(value: unknown): value is string {
  return (
    typeof value === 'string' && MOMENT.test(value) && !Number.isNaN(Date.parse(value))
  );
}
