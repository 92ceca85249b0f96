import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { IStatusBar, TextItem } from '@jupyterlab/statusbar';
import * as React from 'react';

import { labpoolIcon } from '../icons';
import { Commands, ILabpool } from '../tokens';
import { LabpoolWidget, useLabpool, useSignal } from '../views/widget';

/** Adds workers and runs to the status bar. */
export const statusPlugin: JupyterFrontEndPlugin<void> = {
  id: 'labpool:status',
  description: 'Shows busy workers and runs in the status bar.',
  autoStart: true,
  requires: [ILabpool],
  optional: [IStatusBar],
  activate: (app: JupyterFrontEnd, labpool: ILabpool, bar: IStatusBar | null): void => {
    const open = (): void => {
      void app.commands.execute(Commands.openPanel);
    };
    const item = new LabpoolWidget(labpool, <Status open={open} />);
    item.addClass('lp-StatusItem');
    bar?.registerStatusItem('labpool:status', { item, align: 'left', rank: 5 });
  }
};

/** "1/2 workers · 1 running · 3 queued"; nothing on a server without Labpool. */
function Status(props: { readonly open: () => void }): React.ReactElement | null {
  const { session, trans, format } = useLabpool();
  useSignal(session.poolChanged);
  useSignal(session.linkChanged);
  const { pool, link } = session;
  if (!pool || (link !== 'live' && link !== 'reconnecting')) {
    return null;
  }
  const busy = pool.workers.filter(worker => worker.run_id !== null).length;
  const all = pool.workers.length;
  const workers = `${format.number(busy)}/${format.number(all)}`;
  const parts = [
    ...(pool.running > 0 ? [trans.__('%1 running', format.number(pool.running))] : []),
    ...(pool.queued > 0 ? [trans.__('%1 queued', format.number(pool.queued))] : [])
  ];
  const title =
    link === 'live'
      ? trans.__(
          'Labpool: %1 of %2 workers busy',
          format.number(busy),
          format.number(all)
        )
      : trans.__('The server is away. Reconnecting…');
  return (
    <button
      type="button"
      className="lp-Status"
      data-link={link}
      title={title}
      aria-label={[title, ...parts].join(', ')}
      onClick={props.open}
    >
      <labpoolIcon.react tag="span" height="14px" width="14px" aria-hidden="true" />
      <TextItem source={format.join([workers, ...parts])} />
    </button>
  );
}
