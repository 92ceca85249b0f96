import {
  ILayoutRestorer,
  type JupyterFrontEnd,
  type JupyterFrontEndPlugin
} from '@jupyterlab/application';
import {
  IFrame,
  IThemeManager,
  MainAreaWidget,
  WidgetTracker
} from '@jupyterlab/apputils';
import { PageConfig, URLExt } from '@jupyterlab/coreutils';
import { launchIcon, ToolbarButton } from '@jupyterlab/ui-components';

import { labpoolIcon } from '../icons';
import type { Pool } from '../api/types';
import { Commands, ILabpool } from '../tokens';

/** Opens the pages that the Dask dashboard serves, through Jupyter's own address. */
export const dashboardPlugin: JupyterFrontEndPlugin<void> = {
  id: 'labpool:dashboard',
  description: 'Opens the timeline of the workers and the Dask dashboard.',
  autoStart: true,
  requires: [ILabpool],
  optional: [ILayoutRestorer, IThemeManager],
  activate: (
    app: JupyterFrontEnd,
    labpool: ILabpool,
    restorer: ILayoutRestorer | null,
    themes: IThemeManager | null
  ): void => {
    const { trans } = labpool;
    const isDark = (): boolean => !(themes?.isLight(themes.theme ?? '') ?? true);
    add(app, labpool, restorer, themes, {
      command: Commands.openDashboard,
      id: 'labpool-dashboard',
      label: trans.__('Timeline of the Workers'),
      path: pool => pool.page_path,
      query: () => ({
        theme: isDark() ? 'dark' : 'light',
        lang: labpool.format.dir === 'rtl' ? 'fa' : 'en'
      })
    });
    add(app, labpool, restorer, themes, {
      command: Commands.openDaskDashboard,
      id: 'labpool-dask-dashboard',
      label: trans.__('Dask Dashboard'),
      path: pool => pool.dashboard_path,
      query: () => ({})
    });
  }
};

interface Board {
  readonly command: string;
  readonly id: string;
  readonly label: string;
  readonly path: (pool: Pool) => string | null;
  readonly query: () => Readonly<Record<string, string>>;
}

function add(
  app: JupyterFrontEnd,
  labpool: ILabpool,
  restorer: ILayoutRestorer | null,
  themes: IThemeManager | null,
  board: Board
): void {
  const tracker = new WidgetTracker<MainAreaWidget>({ namespace: board.id });
  app.commands.addCommand(board.command, {
    label: board.label,
    icon: labpoolIcon,
    describedBy: { args: { type: 'object', properties: {} } },
    execute: async () => {
      const open =
        tracker.find(page => !page.isDisposed) ?? make(labpool, board, themes);
      if (!open.isAttached) {
        app.shell.add(open, 'main');
        await tracker.add(open);
      }
      app.shell.activateById(open.id);
    }
  });
  if (restorer) {
    void restorer.restore(tracker, { command: board.command, name: () => board.id });
  }
}

function make(
  labpool: ILabpool,
  board: Board,
  themes: IThemeManager | null
): MainAreaWidget {
  const frame = new IFrame({
    sandbox: ['allow-scripts', 'allow-same-origin', 'allow-popups'],
    loading: 'lazy'
  });
  const look = (): void => {
    if (frame.url !== '') {
      frame.url = addressOf(frame.url, board);
    }
  };
  themes?.themeChanged.connect(look);
  frame.disposed.connect(() => {
    themes?.themeChanged.disconnect(look);
  });
  const page = new MainAreaWidget({
    content: frame,
    reveal: reveal(labpool, board, frame)
  });
  page.id = board.id;
  page.title.label = board.label;
  page.title.icon = labpoolIcon;
  page.title.closable = true;
  page.toolbar.node.dir = labpool.format.dir;
  page.toolbar.addItem('tab', tabButton(labpool, frame));
  return page;
}

/** The same page on its own, for a second screen. */
function tabButton({ trans }: ILabpool, frame: IFrame): ToolbarButton {
  return new ToolbarButton({
    icon: launchIcon,
    label: trans.__('Open in a Browser Tab'),
    onClick: () => {
      if (frame.url !== '') {
        window.open(frame.url, '_blank', 'noopener');
      }
    }
  });
}

/** Shows the page once the pool is up; asking for the pool starts it. */
async function reveal(labpool: ILabpool, board: Board, frame: IFrame): Promise<void> {
  const pool = await labpool.api.pool();
  const path = board.path(pool.state === 'ready' ? pool : await untilReady(labpool));
  if (path === null) {
    throw new Error(labpool.trans.__('This pool has no such page.'));
  }
  frame.url = addressOf(URLExt.join(PageConfig.getBaseUrl(), path), board);
}

/** The address of a page in the theme and the language of now. */
function addressOf(url: string, board: Board): string {
  return (url.split('?')[0] ?? '') + URLExt.objectToQueryString(board.query());
}

/** Waits for the pool; the page's own connection tells. */
function untilReady({ session, trans }: ILabpool): Promise<Pool> {
  return new Promise((resolve, reject) => {
    const look = (): void => {
      const pool = session.pool;
      if (pool?.state === 'ready') {
        session.poolChanged.disconnect(look);
        resolve(pool);
      } else if (pool?.state === 'failed') {
        session.poolChanged.disconnect(look);
        reject(new Error(trans.__('The pool did not start: %1', pool.reason)));
      }
    };
    session.poolChanged.connect(look);
    look();
  });
}
