import type { ReadonlyJSONObject } from '@lumino/coreutils';
import { Menu } from '@lumino/widgets';
import type * as React from 'react';

import type { ILabpool } from '../tokens';

/**
 * Opens a menu with what can be done now to what was pointed at, or has the keyboard.
 *
 * @param ids - Commands; those that make no sense now are left out.
 * @param args - What each of them gets.
 */
export function openMenu(
  { commands, format }: ILabpool,
  event: React.MouseEvent,
  ids: readonly string[],
  args: ReadonlyJSONObject
): void {
  const fitting = ids.filter(
    id => commands.hasCommand(id) && commands.isEnabled(id, args)
  );
  if (fitting.length === 0 || event.shiftKey) {
    return; // with the Shift key, the browser's own menu
  }
  event.preventDefault();
  event.stopPropagation();
  const menu = new Menu({ commands });
  menu.node.dir = format.dir;
  fitting.forEach(command => menu.addItem({ command, args }));
  const isByKey = event.clientX === 0 && event.clientY === 0;
  const { left, bottom } = event.currentTarget.getBoundingClientRect();
  menu.open(isByKey ? left : event.clientX, isByKey ? bottom : event.clientY);
}
