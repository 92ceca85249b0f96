import { Clipboard } from '@jupyterlab/apputils';
import { checkIcon, copyIcon, LabIcon } from '@jupyterlab/ui-components';
import * as React from 'react';

const SEEN_MS = 1500;

/** Puts a text on the clipboard, and says that it did. */
export function CopyButton(props: {
  readonly label: string;
  /** What is copied, made when it is asked for. */
  readonly text: () => string;
  /** Shows the icon alone. */
  readonly isSmall?: boolean;
}): React.ReactElement {
  const { label, text, isSmall = false } = props;
  const [isDone, setDone] = React.useState(false);
  React.useEffect(() => {
    const timer = window.setTimeout(() => {
      setDone(false);
    }, SEEN_MS);
    return () => {
      window.clearTimeout(timer);
    };
  }, [isDone]);
  return (
    <IconButton
      icon={isDone ? checkIcon : copyIcon}
      label={label}
      isSmall={isSmall}
      press={() => {
        Clipboard.copyToSystem(text());
        setDone(true);
      }}
    />
  );
}

/** A quiet button with an icon, as JupyterLab's toolbars have them. */
export function IconButton(props: {
  readonly icon: LabIcon;
  readonly label: string;
  readonly isSmall?: boolean;
  readonly press: () => void;
}): React.ReactElement {
  const { icon, label, isSmall = false, press } = props;
  return (
    <button
      type="button"
      className="lp-Quiet"
      title={isSmall ? label : undefined}
      aria-label={isSmall ? label : undefined}
      onClick={press}
    >
      <icon.react tag="span" className="lp-Quiet-icon" />
      {!isSmall && label}
    </button>
  );
}
