import { MainAreaWidget } from '@jupyterlab/apputils';
import * as React from 'react';

import { labpoolIcon } from '../icons';
import { RunDetail } from '../model/runDetail';
import type { ILabpool } from '../tokens';
import { stateWord } from '../views/state';
import { LabpoolWidget } from '../views/widget';
import { Actions } from './actions';
import { Page } from './page';

/** The page of one run in the main area. */
export class RunPage extends MainAreaWidget<LabpoolWidget> {
  /**
   * @param labpool - What the page works with.
   * @param id - The run.
   */
  constructor(
    private readonly labpool: ILabpool,
    id: string
  ) {
    const detail = new RunDetail(labpool.api, labpool.session, id);
    const close = (): void => {
      this.close();
    };
    super({
      content: new LabpoolWidget(labpool, <Page detail={detail} close={close} />),
      translator: labpool.translator
    });
    this.detail = detail;
    this.addClass('lp-RunPage');
    this.toolbar.node.dir = labpool.format.dir;
    this.toolbar.addItem(
      'actions',
      new LabpoolWidget(labpool, <Actions detail={detail} />)
    );
    this.title.icon = labpoolIcon;
    this.title.closable = true;
    detail.changed.connect(this.rename, this);
    this.rename();
  }

  /** Which run it shows. */
  get runId(): string {
    return this.detail.id;
  }

  override dispose(): void {
    if (!this.isDisposed) {
      this.detail.dispose();
      super.dispose();
    }
  }

  private rename(): void {
    const { run, phase } = this.detail;
    const { trans } = this.labpool;
    const state =
      phase === 'deleted' ? trans.__('Deleted') : run && stateWord(run.state, trans);
    this.title.label = run?.name ?? this.runId;
    this.title.caption = [run?.name, run?.kind, this.runId, state]
      .filter(Boolean)
      .join('\n');
  }

  private readonly detail: RunDetail;
}
