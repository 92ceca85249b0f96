import * as React from 'react';

import { readNumber } from '../text/numerals';
import { NumberInput } from '../views/number';
import { useLabpool } from '../views/widget';
import type { Envelope, Refusal } from './errors';

/** What every run has, as it is typed; empty means the default. */
export type Texts = Readonly<Record<Envelope, string>>;

/** Nothing typed yet. */
export const NO_TEXTS: Texts = {
  name: '',
  priority: '',
  max_attempts: '',
  timeout_s: '',
  tags: ''
};

/** One field that every run has. */
export function EnvelopeField(props: {
  readonly field: Envelope;
  readonly label: string;
  readonly help: string;
  readonly texts: Texts;
  readonly refusal: Refusal | null;
  readonly change: (texts: Texts) => void;
  readonly number?: {
    readonly min: number;
    readonly max: number;
    readonly hint: string;
  };
}): React.ReactElement {
  const { field, label, help, texts, refusal, change, number } = props;
  const id = `lp-envelope-${field}`;
  const wrong = refusal?.envelope[field];
  const look = {
    id,
    'aria-describedby': `${id}__help`,
    'aria-invalid': wrong !== undefined
  };
  return (
    <div
      className="lp-Field"
      data-short={number !== undefined}
      data-wrong={wrong !== undefined}
    >
      <label htmlFor={id}>{label}</label>
      {number ? (
        <NumberInput
          {...look}
          counts
          min={number.min}
          max={number.max}
          placeholder={number.hint}
          value={readNumber(texts[field])}
          change={typed => {
            change({ ...texts, [field]: typed === null ? '' : String(typed) });
          }}
        />
      ) : (
        <input
          {...look}
          dir="auto"
          type="text"
          value={texts[field]}
          onChange={event => {
            change({ ...texts, [field]: event.target.value });
          }}
        />
      )}
      <div id={`${id}__help`} className="lp-Field-help">
        {help}
      </div>
      {wrong !== undefined && (
        <div className="lp-Field-errors" role="alert" dir="auto">
          {wrong}
        </div>
      )}
    </div>
  );
}

/** How the run is queued and when it gives up: seldom changed, so folded away. */
export function MoreFields(props: {
  readonly texts: Texts;
  readonly refusal: Refusal | null;
  readonly change: (texts: Texts) => void;
}): React.ReactElement {
  const { trans, format } = useLabpool();
  const number = (min: number, max: number, preset: number | null): MoreNumber => ({
    min,
    max,
    hint: preset === null ? trans.__('no limit') : format.number(preset)
  });
  return (
    <details className="lp-Fold">
      <summary>{trans.__('Queue and Limits')}</summary>
      <div className="lp-Fields">
        <EnvelopeField
          {...props}
          field="priority"
          label={trans.__('Priority')}
          help={trans.__('Higher starts first; equal ones start oldest first.')}
          number={number(-1000, 1000, 0)}
        />
        <EnvelopeField
          {...props}
          field="max_attempts"
          label={trans.__('Attempts')}
          help={trans.__('How often it may be tried in all, the first time included.')}
          number={number(1, 100, 3)}
        />
        <EnvelopeField
          {...props}
          field="timeout_s"
          label={trans.__('Time limit')}
          help={trans.__('Seconds that one attempt may take.')}
          number={number(1, 31_536_000, null)}
        />
        <EnvelopeField
          {...props}
          field="tags"
          label={trans.__('Tags')}
          help={trans.__('Words to find it by, with commas between them.')}
        />
      </div>
    </details>
  );
}

interface MoreNumber {
  readonly min: number;
  readonly max: number;
  readonly hint: string;
}
