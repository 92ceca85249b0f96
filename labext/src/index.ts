import type { JupyterFrontEndPlugin } from '@jupyterlab/application';

import { formPlugin } from './plugins/form';
import { labpoolPlugin } from './plugins/labpool';

/** The plugins of Labpool. */
const plugins: JupyterFrontEndPlugin<unknown>[] = [labpoolPlugin, formPlugin];

export default plugins;
