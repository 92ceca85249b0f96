import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { IRenderMimeRegistry } from '@jupyterlab/rendermime';

import { MIME_TYPE, RunOutput } from '../notebook/renderer';
import { ILabpool } from '../tokens';

/** Before all other types of an output: the rest is for those who have no Labpool. */
const RANK = -10;

/** Draws runs below the cells of notebooks, live, whether or not there is a kernel. */
export const notebookPlugin: JupyterFrontEndPlugin<void> = {
  id: 'labpool:notebook',
  description: 'Shows runs of Labpool in the outputs of notebooks.',
  autoStart: true,
  requires: [ILabpool, IRenderMimeRegistry],
  activate: (
    _: JupyterFrontEnd,
    labpool: ILabpool,
    rendermime: IRenderMimeRegistry
  ): void => {
    rendermime.addFactory(
      {
        // It draws what the server says of an id, and saved HTML only as JupyterLab allows it.
        safe: true,
        mimeTypes: [MIME_TYPE],
        createRenderer: options => new RunOutput(labpool, options)
      },
      RANK
    );
  }
};
