import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';

import { createApi } from '../api/client';
import { Session } from '../model/session';
import { createFormat } from '../text/language';
import { ILabpool } from '../tokens';

/** Makes the page's one connection. It connects when the page has been restored. */
export const labpoolPlugin: JupyterFrontEndPlugin<ILabpool> = {
  id: 'labpool:labpool',
  description: 'Connects the page to the Labpool server extension.',
  autoStart: true,
  provides: ILabpool,
  optional: [ITranslator],
  activate: (app: JupyterFrontEnd, given: ITranslator | null): ILabpool => {
    const translator = given ?? nullTranslator;
    const settings = app.serviceManager.serverSettings;
    const api = createApi(settings);
    const session = new Session(api, settings);
    void app.restored.then(() => session.connect());
    return {
      api,
      session,
      commands: app.commands,
      trans: translator.load('labpool'),
      format: createFormat(translator),
      translator
    };
  }
};
