import { addIcon, closeIcon } from '@jupyterlab/ui-components';
import type { FieldProps } from '@rjsf/utils';
import * as React from 'react';

import { IconButton } from '../../views/copy';
import { useLabpool } from '../../views/widget';

type Pair = readonly [name: string, value: string];

/** Names with a text each. */
export function PairsField(props: FieldProps): React.ReactElement {
  const { trans } = useLabpool();
  const { idSchema, onChange } = props;
  const [pairs, setPairs] = React.useState(() => pairsOf(props.formData));
  const put = (changed: readonly Pair[]): void => {
    setPairs(changed);
    onChange(valueOf(changed));
  };
  return (
    <div id={idSchema.$id} className="lp-Pairs">
      {pairs.map((pair, at) => (
        <PairRow
          key={at}
          pair={pair}
          change={now => {
            put(pairs.map((one, place) => (place === at ? now : one)));
          }}
          remove={() => {
            put(pairs.filter((_, place) => place !== at));
          }}
        />
      ))}
      <IconButton
        icon={addIcon}
        label={trans.__('Add')}
        press={() => {
          setPairs([...pairs, ['', '']]);
        }}
      />
    </div>
  );
}

function PairRow(props: {
  readonly pair: Pair;
  readonly change: (pair: Pair) => void;
  readonly remove: () => void;
}): React.ReactElement {
  const { trans } = useLabpool();
  const { pair, change, remove } = props;
  const [name, value] = pair;
  return (
    <div className="lp-Pairs-row">
      <input
        type="text"
        dir="auto"
        placeholder={trans.__('Name')}
        aria-label={trans.__('Name')}
        value={name}
        onChange={event => {
          change([event.target.value, value]);
        }}
      />
      <input
        type="text"
        dir="auto"
        placeholder={trans.__('Value')}
        aria-label={name === '' ? trans.__('Value') : trans.__('Value of %1', name)}
        value={value}
        onChange={event => {
          change([name, event.target.value]);
        }}
      />
      <IconButton
        isSmall
        icon={closeIcon}
        label={name === '' ? trans.__('Remove') : trans.__('Remove %1', name)}
        press={remove}
      />
    </div>
  );
}

function pairsOf(value: unknown): readonly Pair[] {
  return typeof value === 'object' && value !== null
    ? Object.entries(value).map(([name, text]): Pair => [name, String(text)])
    : [];
}

/** What has no name yet is left out. */
function valueOf(pairs: readonly Pair[]): Readonly<Record<string, string>> {
  const named = pairs.map(([name, text]): Pair => [name.trim(), text]);
  return Object.fromEntries(named.filter(([name]) => name !== ''));
}
