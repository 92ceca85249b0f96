import type { JupyterFrontEndPlugin } from '@jupyterlab/application';

import { labpoolPlugin } from './plugins/labpool';

/** The plugins of Labpool. */
const plugins: JupyterFrontEndPlugin<unknown>[] = [labpoolPlugin];

export default plugins;
