import type { ITranslator, TranslationBundle } from '@jupyterlab/translation';
import type { CommandRegistry } from '@lumino/commands';
import { Token } from '@lumino/coreutils';

import type { Api } from './api/client';
import type { KindBook } from './model/kindBook';
import type { Opened } from './model/opened';
import type { Session } from './model/session';
import type { ErrorVoice } from './text/errors';
import type { Format } from './text/format';

/** What every part of Labpool in JupyterLab works with. */
export interface ILabpool {
  /** The REST API. */
  readonly api: Api;
  /** What this page knows, live. */
  readonly session: Session;
  /** Which run's page is in front. */
  readonly opened: Opened;
  /** What the kinds of run call themselves and their figures. */
  readonly kinds: KindBook;
  /** What people can do, by the names in `Commands` and JupyterLab's own. */
  readonly commands: CommandRegistry;
  /** The texts of the page's language. */
  readonly trans: TranslationBundle;
  /** Says errors in the page's language. */
  readonly errors: ErrorVoice;
  /** Numbers, times and direction of the page's language. */
  readonly format: Format;
  /** The page's language itself, for JupyterLab's own parts. */
  readonly translator: ITranslator;
}

/** The one connection of a page, and its language. */
export const ILabpool = new Token<ILabpool>(
  'labpool:ILabpool',
  'Runs and workers of Labpool, live, over the one connection of this page.'
);

/** The commands of Labpool; each takes its arguments by name. */
export const Commands = {
  /** Shows the side panel. */
  openPanel: 'labpool:open-panel',
  /** Shows the form for a new run; `kind` chooses one, the other arguments fill it in. */
  newRun: 'labpool:new-run',
  /** Opens the page of the run `id`. */
  openRun: 'labpool:open-run',
  /** Cancels the run `id`. */
  cancelRun: 'labpool:cancel-run',
  /** Lets the run `id` go on. */
  resumeRun: 'labpool:resume-run',
  /** Launches a new run with the parameters of the run `id`, and opens its page. */
  retryRun: 'labpool:retry-run',
  /** Opens the form for a new run with the parameters of the run `id`, to be changed. */
  editRun: 'labpool:edit-run',
  /** Gives the run `id` another name, after asking for it. */
  renameRun: 'labpool:rename-run',
  /** Deletes the run `id`, after a question. */
  deleteRun: 'labpool:delete-run',
  /** Runs the notebook `path`, or the one in front, in the background. */
  runNotebook: 'labpool:run-notebook',
  /** Starts the workers. */
  startPool: 'labpool:start-pool',
  /** Asks for a new size of the pool. */
  resizePool: 'labpool:resize-pool',
  /** Restarts the worker `id`, after a question where it is busy. */
  restartWorker: 'labpool:restart-worker',
  /** Opens the page of models, data sets and checkpoints. */
  openResources: 'labpool:open-resources',
  /** Shows the sessions that scrapes log in with; with `name`, saves that one. */
  sessions: 'labpool:sessions',
  /** Opens Labpool's page on the Dask dashboard. */
  openDashboard: 'labpool:open-dashboard',
  /** Opens the Dask dashboard itself. */
  openDaskDashboard: 'labpool:open-dask-dashboard'
} as const;
