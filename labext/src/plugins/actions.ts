import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';

import { addPoolCommands } from '../actions/pool';
import { addRunCommands } from '../actions/runs';
import { RunPage } from '../page/widget';
import { ILabpool } from '../tokens';

/** Adds the commands that act on runs and on the pool. */
export const actionsPlugin: JupyterFrontEndPlugin<void> = {
  id: 'labpool:actions',
  description: 'Cancels, resumes, retries and deletes runs; starts and sizes the pool.',
  autoStart: true,
  requires: [ILabpool],
  activate: (app: JupyterFrontEnd, labpool: ILabpool): void => {
    addRunCommands(labpool, () => {
      const page = app.shell.currentWidget;
      return page instanceof RunPage ? page.runId : '';
    });
    addPoolCommands(labpool);
  }
};
