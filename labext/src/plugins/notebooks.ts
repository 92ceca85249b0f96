import type { JupyterFrontEndPlugin } from '@jupyterlab/application';
import { IDefaultFileBrowser } from '@jupyterlab/filebrowser';

import { addNotebookCommand } from '../actions/notebooks';
import { ILabpool } from '../tokens';

/** Runs notebooks in the background; its schema puts the command where people look for it. */
export const notebooksPlugin: JupyterFrontEndPlugin<void> = {
  id: 'labpool:notebooks',
  description: 'Runs notebooks on the pool, from their toolbar and the file browser.',
  autoStart: true,
  requires: [ILabpool],
  optional: [IDefaultFileBrowser],
  activate: addNotebookCommand
};
