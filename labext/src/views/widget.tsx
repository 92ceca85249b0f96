import { ReactWidget } from '@jupyterlab/ui-components';
import type { ISignal } from '@lumino/signaling';
import * as React from 'react';

import type { ILabpool } from '../tokens';

const Context = React.createContext<ILabpool | null>(null);

/** Gives everything inside what it works with. */
export const LabpoolProvider = Context.Provider;

/** What every part of Labpool works with; only inside a `LabpoolWidget`. */
export function useLabpool(): ILabpool {
  const labpool = React.useContext(Context);
  if (!labpool) {
    throw new Error('Labpool is used outside of its widget.');
  }
  return labpool;
}

/** Draws the component again whenever a signal is emitted. */
export function useSignal<T, U>(signal: ISignal<T, U>): void {
  const [, redraw] = React.useReducer((count: number) => count + 1, 0);
  React.useEffect(() => {
    const slot = (): void => {
      redraw();
    };
    signal.connect(slot);
    // What happened between the drawing and now is not missed.
    redraw();
    return () => {
      signal.disconnect(slot);
    };
  }, [signal]);
}

/** Draws the component again every so many seconds, for what counts time. */
export function useClock(seconds: number): void {
  const [, redraw] = React.useReducer((count: number) => count + 1, 0);
  React.useEffect(() => {
    const timer = window.setInterval(redraw, seconds * 1000);
    return () => {
      window.clearInterval(timer);
    };
  }, [seconds]);
}

/** A widget of Labpool: React inside, in the page's language and direction. */
export class LabpoolWidget extends ReactWidget {
  /**
   * @param labpool - What the content works with.
   * @param content - What is drawn.
   */
  constructor(
    private readonly labpool: ILabpool,
    private readonly content: React.ReactElement
  ) {
    super();
    this.addClass('lp-Widget');
    this.node.dir = labpool.format.dir;
  }

  protected render(): React.ReactElement {
    return <Context.Provider value={this.labpool}>{this.content}</Context.Provider>;
  }
}
