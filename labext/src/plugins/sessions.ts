import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { lockIcon } from '@jupyterlab/ui-components';

import { manageSessions, saveSession } from '../sessions/manage';
import { Commands, ILabpool } from '../tokens';

/** Adds the dialog of the sessions that scrapes log in with. */
export const sessionsPlugin: JupyterFrontEndPlugin<void> = {
  id: 'labpool:sessions',
  description: 'Saves and deletes the sessions that scrapes log in with.',
  autoStart: true,
  requires: [ILabpool],
  activate: (app: JupyterFrontEnd, labpool: ILabpool): void => {
    const { trans } = labpool;
    app.commands.addCommand(Commands.sessions, {
      label: trans.__('Sessions…'),
      caption: trans.__('Sessions that scrapes log in with'),
      icon: lockIcon,
      describedBy: {
        args: {
          type: 'object',
          properties: {
            name: {
              type: 'string',
              description: 'Name of the session to save; none to see them all.'
            }
          }
        }
      },
      execute: async args => {
        const name = args['name'];
        if (typeof name === 'string' && name !== '') {
          return (await saveSession(labpool, name))?.name ?? '';
        }
        return manageSessions(labpool);
      }
    });
  }
};
