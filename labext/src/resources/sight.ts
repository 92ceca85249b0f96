import type { ISignal } from '@lumino/signaling';

/** Whether somebody looks at the page. */
export interface Sight {
  readonly isSeen: boolean;
  readonly changed: ISignal<Sight, void>;
}
