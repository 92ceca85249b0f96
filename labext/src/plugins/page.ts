import {
  ILayoutRestorer,
  type JupyterFrontEnd,
  type JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { WidgetTracker } from '@jupyterlab/apputils';

import { labpoolIcon } from '../icons';
import { RunPage } from '../page/widget';
import { Commands, ILabpool } from '../tokens';

/** Opens the page of a run in the main area; pages are there again after a reload. */
export const pagePlugin: JupyterFrontEndPlugin<void> = {
  id: 'labpool:page',
  description: 'Shows one run of Labpool in the main area.',
  autoStart: true,
  requires: [ILabpool],
  optional: [ILayoutRestorer],
  activate: (
    app: JupyterFrontEnd,
    labpool: ILabpool,
    restorer: ILayoutRestorer | null
  ): void => {
    const tracker = new WidgetTracker<RunPage>({ namespace: 'labpool-run' });
    app.commands.addCommand(Commands.openRun, {
      label: labpool.trans.__('Open Run'),
      caption: labpool.trans.__('Open the page of a run'),
      icon: labpoolIcon,
      describedBy: {
        args: {
          type: 'object',
          properties: {
            id: { type: 'string', description: labpool.trans.__('The id of the run') }
          },
          required: ['id']
        }
      },
      execute: args => {
        const id = args['id'] as string;
        const page = tracker.find(one => one.runId === id) ?? open(app, labpool, id);
        if (!tracker.has(page)) {
          void tracker.add(page);
        }
        app.shell.activateById(page.id);
      }
    });
    const look = (): void => {
      const page = app.shell.currentWidget;
      labpool.opened.runId = page instanceof RunPage ? page.runId : '';
    };
    app.shell.currentChanged?.connect(look);
    void app.restored.then(look);
    void restorer?.restore(tracker, {
      command: Commands.openRun,
      args: page => ({ id: page.runId }),
      name: page => page.runId
    });
  }
};

function open(app: JupyterFrontEnd, labpool: ILabpool, id: string): RunPage {
  const page = new RunPage(labpool, id);
  page.id = `labpool-run-${id}`;
  app.shell.add(page, 'main');
  return page;
}
