import type { Dialog } from '@jupyterlab/apputils';
import * as React from 'react';

import type { Pool, PoolChange } from '../api/types';
import type { ILabpool } from '../tokens';
import { NumberInput, type Typed } from '../views/number';
import { LabpoolWidget, useLabpool } from '../views/widget';

/** Most workers that the server takes. */
const MOST = 256;

interface Size {
  readonly minimum: number;
  readonly maximum: number;
}

/** Asks for a fixed number of workers, or for the range in which the pool sizes itself. */
export class PoolSizeBody
  extends LabpoolWidget
  implements Dialog.IBodyWidget<PoolChange>
{
  /**
   * @param labpool - What the content works with.
   * @param pool - The size to begin with.
   */
  constructor(labpool: ILabpool, pool: Pool) {
    const box: { size: Size } = {
      size: { minimum: pool.minimum, maximum: pool.maximum }
    };
    const told = (size: Size): void => {
      box.size = size;
    };
    super(labpool, <PoolSize initial={box.size} told={told} />);
    this.box = box;
    this.addClass('lp-PoolSize');
  }

  /** The size that was asked for: the dialog closes over no other. */
  getValue(): PoolChange {
    const { minimum, maximum } = this.box.size;
    return { minimum: Math.min(minimum, maximum), maximum: Math.max(minimum, maximum) };
  }

  private readonly box: { readonly size: Size };
}

/** The form itself. */
export function PoolSize(props: {
  readonly initial: Size;
  readonly told: (size: Size) => void;
}): React.ReactElement {
  const { trans } = useLabpool();
  const { initial, told } = props;
  const [size, setSize] = React.useState(initial);
  const [isRange, setRange] = React.useState(initial.minimum !== initial.maximum);
  const change = (next: Size): void => {
    setSize(next);
    told(next);
  };
  return (
    <>
      <label>
        <input
          type="checkbox"
          checked={isRange}
          onChange={event => {
            setRange(event.target.checked);
            change(event.target.checked ? size : { ...size, minimum: size.maximum });
          }}
        />
        {trans.__('Let the number follow the work')}
      </label>
      {isRange && (
        <Count
          label={trans.__('At least')}
          value={size.minimum}
          least={0}
          told={minimum => {
            change({ ...size, minimum });
          }}
        />
      )}
      <Count
        label={isRange ? trans.__('At most') : trans.__('Workers')}
        value={size.maximum}
        least={1}
        told={maximum => {
          change({ minimum: isRange ? size.minimum : maximum, maximum });
        }}
      />
      <p>{trans.__('A worker with a run ends only when the run has ended.')}</p>
    </>
  );
}

function Count(props: {
  readonly label: string;
  readonly value: number;
  readonly least: number;
  readonly told: (value: number) => void;
}): React.ReactElement {
  const { label, value, least, told } = props;
  const [typed, setTyped] = React.useState<Typed>(value);
  return (
    <label>
      {label}
      <NumberInput
        className="jp-mod-styled"
        counts
        min={least}
        max={MOST}
        value={typed}
        required
        change={next => {
          setTyped(next);
          if (typeof next === 'number') {
            told(next);
          }
        }}
      />
    </label>
  );
}
