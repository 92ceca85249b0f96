import type { JupyterFrontEndPlugin } from '@jupyterlab/application';

import { actionsPlugin } from './plugins/actions';
import { dashboardPlugin } from './plugins/dashboard';
import { entryPlugin } from './plugins/entry';
import { formPlugin } from './plugins/form';
import { labpoolPlugin } from './plugins/labpool';
import { notebooksPlugin } from './plugins/notebooks';
import { noticesPlugin } from './plugins/notices';
import { notebookPlugin } from './plugins/notebook';
import { pagePlugin } from './plugins/page';
import { panelPlugin } from './plugins/panel';
import { resourcesPlugin } from './plugins/resources';
import { sessionsPlugin } from './plugins/sessions';
import { statusPlugin } from './plugins/status';

/** The plugins of Labpool. */
const plugins: JupyterFrontEndPlugin<unknown>[] = [
  labpoolPlugin,
  actionsPlugin,
  panelPlugin,
  pagePlugin,
  notebookPlugin,
  notebooksPlugin,
  formPlugin,
  resourcesPlugin,
  sessionsPlugin,
  statusPlugin,
  entryPlugin,
  noticesPlugin,
  dashboardPlugin
];

export default plugins;
