import {
  ILayoutRestorer,
  type JupyterFrontEnd,
  type JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { WidgetTracker } from '@jupyterlab/apputils';

import { resourcesIcon } from '../icons';
import { ResourcesPage } from '../resources/widget';
import { Commands, ILabpool } from '../tokens';

/** Adds the page of models, data sets and checkpoints. There is one such page. */
export const resourcesPlugin: JupyterFrontEndPlugin<void> = {
  id: 'labpool:resources',
  description: 'Shows the catalog and what is kept, in the main area.',
  autoStart: true,
  requires: [ILabpool],
  optional: [ILayoutRestorer],
  activate: (
    app: JupyterFrontEnd,
    labpool: ILabpool,
    restorer: ILayoutRestorer | null
  ): void => {
    const tracker = new WidgetTracker<ResourcesPage>({
      namespace: 'labpool-resources'
    });
    app.commands.addCommand(Commands.openResources, {
      label: labpool.trans.__('Resources'),
      caption: labpool.trans.__('Models, data sets and checkpoints'),
      icon: resourcesIcon,
      describedBy: { args: { type: 'object', properties: {} } },
      execute: () => {
        const page = tracker.find(one => !one.isDisposed) ?? new ResourcesPage(labpool);
        if (!page.isAttached) {
          app.shell.add(page, 'main');
        }
        if (!tracker.has(page)) {
          void tracker.add(page);
        }
        app.shell.activateById(page.id);
      }
    });
    void restorer?.restore(tracker, {
      command: Commands.openResources,
      name: () => 'resources'
    });
  }
};
