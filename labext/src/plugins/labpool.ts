import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';

import { createApi } from '../api/client';
import { KindBook } from '../model/kindBook';
import { Opened } from '../model/opened';
import { Session } from '../model/session';
import { ErrorVoice } from '../text/errors';
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
    const trans = translator.load('labpool');
    const format = createFormat(translator);
    const errors = new ErrorVoice(trans, format);
    const api = createApi(errors, settings);
    const session = new Session(api, settings);
    void app.restored.then(() => session.connect());
    return {
      api,
      session,
      opened: new Opened(),
      kinds: new KindBook(api, session, format),
      commands: app.commands,
      trans,
      format,
      errors,
      translator
    };
  }
};
