import type { JupyterFrontEndPlugin } from '@jupyterlab/application';

import { panelPlugin } from './panel/plugin';

/** The plugins of Labpool, in the order in which they are read. */
const plugins: JupyterFrontEndPlugin<void>[] = [panelPlugin];

export default plugins;
