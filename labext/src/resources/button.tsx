import type { LabIcon } from '@jupyterlab/ui-components';
import * as React from 'react';

/** A button with an icon and a word. One that is off keeps the keyboard's place. */
export function Button(props: {
  readonly icon: LabIcon;
  readonly label: string;
  /** What a screen reader says, where the label alone is too little. */
  readonly name?: string;
  readonly isOff?: boolean;
  readonly press: () => void;
}): React.ReactElement {
  const { icon, label, name, isOff = false, press } = props;
  return (
    <button
      type="button"
      className="lp-Button"
      aria-label={name}
      aria-disabled={isOff}
      onClick={() => {
        if (!isOff) {
          press();
        }
      }}
    >
      <icon.react tag="span" className="lp-Button-icon" />
      {label}
    </button>
  );
}
