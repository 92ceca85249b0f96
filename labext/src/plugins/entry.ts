import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { ILauncher } from '@jupyterlab/launcher';

import { Commands, ILabpool } from '../tokens';

/** Commands that make sense without arguments: those of a run act on the page in front. */
const WITHOUT_ARGUMENTS = [
  Commands.openPanel,
  Commands.newRun,
  Commands.runNotebook,
  Commands.cancelRun,
  Commands.resumeRun,
  Commands.retryRun,
  Commands.deleteRun,
  Commands.startPool,
  Commands.resizePool,
  Commands.openResources,
  Commands.sessions,
  Commands.openDashboard,
  Commands.openDaskDashboard
];

/** Puts Labpool where people look for it: the palette and the launcher. */
export const entryPlugin: JupyterFrontEndPlugin<void> = {
  id: 'labpool:entry',
  description: 'Adds Labpool to the command palette and the launcher.',
  autoStart: true,
  requires: [ILabpool],
  optional: [ICommandPalette, ILauncher],
  activate: (
    _: JupyterFrontEnd,
    labpool: ILabpool,
    palette: ICommandPalette | null,
    launcher: ILauncher | null
  ): void => {
    const category = labpool.trans.__('Labpool');
    for (const command of WITHOUT_ARGUMENTS) {
      palette?.addItem({ command, category });
    }
    for (const command of [Commands.newRun, Commands.openResources]) {
      launcher?.add({ command, category: labpool.trans.__('Other') });
    }
  }
};
