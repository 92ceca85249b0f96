import { MainAreaWidget } from '@jupyterlab/apputils';
import type { Message } from '@lumino/messaging';
import { Signal, type ISignal } from '@lumino/signaling';
import * as React from 'react';

import { resourcesIcon } from '../icons';
import type { ILabpool } from '../tokens';
import { Note } from '../views/notes';
import { LabpoolWidget, useLabpool } from '../views/widget';
import type { Sight } from './sight';

// Only who opens the page waits for it.
const Page = React.lazy(() => import('./page'));

/** The page of models, data sets and checkpoints in the main area. */
export class ResourcesPage extends MainAreaWidget<LabpoolWidget> {
  /** @param labpool - What the page works with. */
  constructor(labpool: ILabpool) {
    const sight = new PageSight();
    super({
      content: new LabpoolWidget(
        labpool,
        <React.Suspense fallback={<Loading />}>
          <Page sight={sight} />
        </React.Suspense>
      ),
      translator: labpool.translator
    });
    this.sight = sight;
    this.id = 'labpool-resources';
    this.addClass('lp-ResourcesPage');
    this.toolbar.hide();
    this.title.label = labpool.trans.__('Resources');
    this.title.caption = labpool.trans.__('Models, data sets and checkpoints');
    this.title.icon = resourcesIcon;
    this.title.closable = true;
  }

  override dispose(): void {
    if (!this.isDisposed) {
      Signal.clearData(this.sight);
      super.dispose();
    }
  }

  protected override onAfterShow(msg: Message): void {
    super.onAfterShow(msg);
    this.sight.set(true);
  }

  protected override onAfterHide(msg: Message): void {
    super.onAfterHide(msg);
    this.sight.set(false);
  }

  private readonly sight: PageSight;
}

class PageSight implements Sight {
  isSeen = true;

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  set(isSeen: boolean): void {
    this.isSeen = isSeen;
    this._changed.emit();
  }

  private readonly _changed = new Signal<this, void>(this);
}

function Loading(): React.ReactElement {
  const { trans } = useLabpool();
  return <Note>{trans.__('Loading…')}</Note>;
}
