import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { Notification } from '@jupyterlab/apputils';
import { ISettingRegistry } from '@jupyterlab/settingregistry';

import type { Run, RunEvent } from '../api/types';
import { Commands, ILabpool } from '../tokens';

/** Tells when a run has ended. */
export const noticesPlugin: JupyterFrontEndPlugin<void> = {
  id: 'labpool:notices',
  description: 'Tells when a run has ended; the setting `notify` turns it off.',
  autoStart: true,
  requires: [ILabpool],
  optional: [ISettingRegistry],
  activate: async (
    app: JupyterFrontEnd,
    labpool: ILabpool,
    registry: ISettingRegistry | null
  ): Promise<void> => {
    let which = 'all';
    labpool.session.told.connect((_, events) => {
      for (const run of endedBy(events, labpool)) {
        if (which === 'all' || (which === 'failed' && run.state === 'failed')) {
          tell(app, labpool, run);
        }
      }
    });
    const settings = await registry?.load('labpool:notices');
    const read = (): void => {
      const chosen = settings?.get('notify').composite;
      which = typeof chosen === 'string' ? chosen : 'all';
    };
    settings?.changed.connect(read);
    read();
  }
};

/** Older news than this is history: the page was away, and the panel shows it. */
const NEWS_MS = 60_000;

function endedBy(events: readonly RunEvent[], labpool: ILabpool): readonly Run[] {
  return events.flatMap(event => {
    const isEnd = event.type === 'run_succeeded' || event.type === 'run_failed';
    const isNews = Date.now() - Date.parse(event.at) < NEWS_MS;
    const run = isEnd && isNews ? labpool.session.run(event.run_id) : null;
    return run ?? [];
  });
}

function tell(app: JupyterFrontEnd, { trans }: ILabpool, run: Run): void {
  const isGood = run.state === 'succeeded';
  const text = isGood
    ? trans.__('“%1” has succeeded.', run.name)
    : trans.__('“%1” has failed.', run.name);
  Notification.emit(text, isGood ? 'success' : 'error', {
    autoClose: isGood ? 5000 : false,
    actions: [
      {
        label: trans.__('Open'),
        callback: () => {
          void app.commands.execute(Commands.openRun, { id: run.id });
        }
      }
    ]
  });
}
