import type { JupyterFrontEndPlugin } from '@jupyterlab/application';

import { labpoolPlugin } from './plugins/labpool';
import { pagePlugin } from './plugins/page';

/** The plugins of Labpool. */
const plugins: JupyterFrontEndPlugin<unknown>[] = [labpoolPlugin, pagePlugin];

export default plugins;
