import type { JupyterFrontEndPlugin } from '@jupyterlab/application';

import { actionsPlugin } from './plugins/actions';
import { formPlugin } from './plugins/form';
import { labpoolPlugin } from './plugins/labpool';
import { panelPlugin } from './plugins/panel';

/** The plugins of Labpool. */
const plugins: JupyterFrontEndPlugin<unknown>[] = [
  labpoolPlugin,
  actionsPlugin,
  panelPlugin,
  formPlugin
];

export default plugins;
