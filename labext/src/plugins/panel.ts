import {
  ILayoutRestorer,
  type JupyterFrontEnd,
  type JupyterFrontEndPlugin
} from '@jupyterlab/application';

import { labpoolIcon } from '../icons';
import { LabpoolPanel } from '../panel/widget';
import { Commands, ILabpool } from '../tokens';

/** Where the icon stands among those of JupyterLab: after the running sessions and the Git. */
const RANK = 600;

/** Adds the side panel. */
export const panelPlugin: JupyterFrontEndPlugin<void> = {
  id: 'labpool:panel',
  description: 'Shows the workers and the runs in a side panel.',
  autoStart: true,
  requires: [ILabpool],
  optional: [ILayoutRestorer],
  activate: (
    app: JupyterFrontEnd,
    labpool: ILabpool,
    restorer: ILayoutRestorer | null
  ): void => {
    const panel = new LabpoolPanel(labpool);
    app.shell.add(panel, 'left', { rank: RANK, type: 'Labpool' });
    restorer?.add(panel, panel.id);
    app.commands.addCommand(Commands.openPanel, {
      label: labpool.trans.__('Workers and Runs'),
      caption: labpool.trans.__('Show the Labpool side panel'),
      icon: labpoolIcon,
      describedBy: { args: { type: 'object', properties: {} } },
      execute: () => {
        app.shell.activateById(panel.id);
      }
    });
  }
};
