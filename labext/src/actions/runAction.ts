import type { LabIcon } from '@jupyterlab/ui-components';

import type { Run } from '../api/types';

/** Something that can be done to a run. */
export interface RunAction {
  readonly icon: LabIcon;
  readonly label: string;
  /** What a screen reader says, with the run's name. */
  readonly caption: (name: string) => string;
  /** Whether it makes sense for a run as it is. */
  readonly fits: (run: Run) => boolean;
  readonly execute: (run: Run) => Promise<unknown>;
}
