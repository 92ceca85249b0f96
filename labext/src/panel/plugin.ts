import {
  ILayoutRestorer,
  type JupyterFrontEnd,
  type JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';

import { createApi } from '../api/client';
import { labpoolIcon } from './icon';
import { PanelView } from './view';

/** The command that shows the panel. */
const OPEN_PANEL = 'labpool:open-panel';

/** Adds the side panel and the command that opens it. */
export const panelPlugin: JupyterFrontEndPlugin<void> = {
  id: 'labpool:panel',
  description: 'Shows the worker pool and the newest runs in the left side bar.',
  autoStart: true,
  optional: [ITranslator, ICommandPalette, ILayoutRestorer],
  activate: (
    app: JupyterFrontEnd,
    translator: ITranslator | null,
    palette: ICommandPalette | null,
    restorer: ILayoutRestorer | null
  ): void => {
    const trans = (translator ?? nullTranslator).load('labpool');
    const panel = new PanelView(createApi(app.serviceManager.serverSettings), trans);
    app.shell.add(panel, 'left', { rank: 600, type: 'Labpool' });
    restorer?.add(panel, panel.id);

    app.commands.addCommand(OPEN_PANEL, {
      label: trans.__('Show the Labpool Panel'),
      icon: labpoolIcon,
      describedBy: { args: { type: 'object', properties: {} } },
      execute: () => {
        app.shell.activateById(panel.id);
      }
    });
    palette?.addItem({ command: OPEN_PANEL, category: trans.__('Labpool') });
  }
};
