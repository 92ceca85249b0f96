import type { JupyterFrontEnd } from '@jupyterlab/application';
import { Notification } from '@jupyterlab/apputils';
import { PageConfig, PathExt } from '@jupyterlab/coreutils';
import { type DocumentRegistry, DocumentWidget } from '@jupyterlab/docregistry';
import type { IDefaultFileBrowser } from '@jupyterlab/filebrowser';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';

import { labpoolIcon } from '../icons';
import { Commands, type ILabpool } from '../tokens';
import { attempt } from './attempt';

/** Milliseconds that the word of a launch stays in the corner. */
const SHOWN_MS = 5000;

/**
 * Adds the command that runs a notebook on the pool.
 *
 * @param browser - Whose selection is meant where the command comes from its menu.
 */
export function addNotebookCommand(
  app: JupyterFrontEnd,
  labpool: ILabpool,
  browser: IDefaultFileBrowser | null
): void {
  const { session, trans } = labpool;
  const which = (args: ReadonlyPartialJSONObject): readonly string[] => {
    if (typeof args['path'] === 'string') {
      return [args['path']];
    }
    if (args['selected'] === true) {
      return [...(browser?.selectedItems() ?? [])]
        .filter(item => item.type === 'notebook')
        .map(item => item.path);
    }
    const open = openNotebook(app);
    return open ? [open.context.path] : [];
  };
  labpool.commands.addCommand(Commands.runNotebook, {
    icon: labpoolIcon,
    label: trans.__('Run in the Background'),
    caption: trans.__(
      'Run this notebook on the pool; its tab and its kernel stay free'
    ),
    isEnabled: args => session.link === 'live' && which(args).length > 0,
    describedBy: { args: ARGS },
    execute: args =>
      attempt(async () => {
        for (const path of which(args)) {
          await launch(app, labpool, path);
        }
      })
  });
}

const ARGS = {
  type: 'object',
  properties: {
    path: {
      type: 'string',
      description:
        'Path of a notebook below the root of the server; the one in front if none.'
    },
    selected: {
      type: 'boolean',
      description:
        'Whether the notebooks are meant that are selected in the file browser.'
    }
  }
};

/** The notebook in front, of whatever editor. */
function openNotebook(app: JupyterFrontEnd): DocumentWidget | null {
  const widget = app.shell.currentWidget;
  const isOne =
    widget instanceof DocumentWidget &&
    PathExt.extname(widget.context.path) === '.ipynb';
  return isOne ? widget : null;
}

/** Launches a run of what is on the disk; what is open and changed is saved before. */
async function launch(
  app: JupyterFrontEnd,
  labpool: ILabpool,
  path: string
): Promise<void> {
  for (const widget of app.shell.widgets('main')) {
    if (widget instanceof DocumentWidget) {
      const context = widget.context as DocumentRegistry.Context;
      if (context.path === path && context.model.dirty) {
        await context.save();
      }
    }
  }
  const { api, session, trans } = labpool;
  const below = app.serviceManager.contents.localPath(path);
  const run = await api.launch({
    kind: 'notebook',
    params: { path: `${PageConfig.getOption('serverRoot')}/${below}` },
    // Cells have effects: one that was lost is not run again by itself.
    max_attempts: 1
  });
  session.learn([run]);
  Notification.emit(trans.__('“%1” runs in the background.', run.name), 'in-progress', {
    autoClose: SHOWN_MS,
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
