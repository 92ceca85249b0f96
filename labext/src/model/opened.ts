import { Signal, type ISignal } from '@lumino/signaling';

/** Which run's page is in front. */
export class Opened {
  /** Another page is in front. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** Id of the run; empty where something else is in front. */
  get runId(): string {
    return this._runId;
  }

  set runId(id: string) {
    if (id !== this._runId) {
      this._runId = id;
      this._changed.emit();
    }
  }

  private _runId = '';
  private readonly _changed = new Signal<this, void>(this);
}
