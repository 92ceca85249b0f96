import type { TranslationBundle } from '@jupyterlab/translation';
import { addIcon, closeIcon } from '@jupyterlab/ui-components';
import type { FieldProps } from '@rjsf/utils';
import * as React from 'react';

import { IconButton } from '../../views/copy';
import { useLabpool } from '../../views/widget';
import { enteredOf, SPLITS, valueOf, type Entered, type Split } from './dataSetValue';

/** One data set or more, together or for each split. */
export function DataSetsField(props: FieldProps): React.ReactElement {
  const { trans } = useLabpool();
  const { idSchema, disabled = false, required = false, onChange } = props;
  const [entered, setEntered] = React.useState(() => enteredOf(props.formData));
  const id = idSchema.$id;
  const put = (change: Partial<Entered>): void => {
    const now = { ...entered, ...change };
    setEntered(now);
    onChange(valueOf(now));
  };
  const list = (split: Split, label?: string): React.ReactElement => (
    <NameList
      key={split}
      id={split === 'train' ? id : `${id}__${split}`}
      describedBy={`${id}__error ${id}__description`}
      names={entered.names[split]}
      label={label}
      disabled={disabled}
      required={required && split === 'train'}
      put={names => {
        put({ names: { ...entered.names, [split]: names } });
      }}
    />
  );
  return (
    <div className="lp-DataSets">
      {entered.isApart
        ? SPLITS.map(split => list(split, splitWord(split, trans)))
        : list('train')}
      <button
        type="button"
        className="lp-Link"
        disabled={disabled}
        onClick={() => {
          put({ isApart: !entered.isApart });
        }}
      >
        {entered.isApart
          ? trans.__('All splits together')
          : trans.__('Name each split')}
      </button>
    </div>
  );
}

/** Names, each in a line of its own. */
function NameList(props: {
  readonly id: string;
  readonly describedBy: string;
  readonly names: readonly string[];
  readonly label: string | undefined;
  readonly disabled: boolean;
  readonly required: boolean;
  readonly put: (names: readonly string[]) => void;
}): React.ReactElement {
  const { trans } = useLabpool();
  const { id, names, label, put } = props;
  return (
    <div className="lp-DataSets-split">
      {label !== undefined && <label htmlFor={id}>{label}</label>}
      {names.map((name, at) => (
        <div key={at} className="lp-DataSets-row">
          <input
            type="text"
            id={at === 0 ? id : `${id}__${String(at)}`}
            dir="auto"
            spellCheck={false}
            value={name}
            disabled={props.disabled}
            required={props.required && at === 0}
            aria-label={at === 0 ? undefined : trans.__('One more data set')}
            aria-describedby={props.describedBy}
            onChange={event => {
              put(names.map((one, place) => (place === at ? event.target.value : one)));
            }}
          />
          {names.length > 1 && (
            <IconButton
              isSmall
              icon={closeIcon}
              label={name === '' ? trans.__('Remove') : trans.__('Remove %1', name)}
              press={() => {
                put(names.filter((_, place) => place !== at));
              }}
            />
          )}
          {at === names.length - 1 && (
            <IconButton
              isSmall
              icon={addIcon}
              label={trans.__('Add a data set')}
              press={() => {
                put([...names, '']);
              }}
            />
          )}
        </div>
      ))}
    </div>
  );
}

function splitWord(split: Split, trans: TranslationBundle): string {
  switch (split) {
    case 'train':
      return trans.__('Training');
    case 'validation':
      return trans.__('Validation');
    case 'test':
      return trans.__('Test');
  }
}
