import { LabIcon } from '@jupyterlab/ui-components';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';
import * as React from 'react';

import { useLabpool } from './widget';

/** What gives a command from inside a view. */
export interface Giver {
  /** Whether there is such a command, and whether it makes sense now. */
  readonly can: (id: string, args?: ReadonlyPartialJSONObject) => boolean;
  /** Gives it; the command itself shows what went wrong. */
  readonly give: (id: string, args?: ReadonlyPartialJSONObject) => void;
}

/** The commands of the page; one that no plugin has registered cannot be given. */
export function useCommands(): Giver {
  const { commands } = useLabpool();
  return React.useMemo(
    () => ({
      can: (id, args) => commands.hasCommand(id) && commands.isEnabled(id, args),
      give: (id, args) => {
        if (commands.hasCommand(id)) {
          void commands.execute(id, args);
        }
      }
    }),
    [commands]
  );
}

/** A small button with the icon and the words of a command; nothing where it makes no sense. */
export function CommandButton(props: {
  readonly command: string;
  readonly args: ReadonlyPartialJSONObject;
  readonly tabIndex?: number;
}): React.ReactElement | null {
  const { commands } = useLabpool();
  const { can, give } = useCommands();
  const { command, args, tabIndex = 0 } = props;
  if (!can(command, args)) {
    return null;
  }
  const icon = commands.icon(command, args);
  return (
    <button
      type="button"
      className="lp-IconButton"
      data-command={command}
      title={commands.label(command, args)}
      aria-label={commands.caption(command, args)}
      tabIndex={tabIndex}
      onClick={() => {
        give(command, args);
      }}
    >
      {icon instanceof LabIcon && <icon.react tag="span" />}
    </button>
  );
}
