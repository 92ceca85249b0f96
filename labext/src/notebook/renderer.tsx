import { htmlRendererFactory, textRendererFactory } from '@jupyterlab/rendermime';
import type { IRenderMime } from '@jupyterlab/rendermime-interfaces';
import { Panel } from '@lumino/widgets';
import * as React from 'react';

import { RunDetail } from '../model/runDetail';
import type { ILabpool } from '../tokens';
import { LabpoolWidget } from '../views/widget';
import { isLive, Output } from './output';

/** The type under which a notebook keeps a run: its id, and nothing that ages. */
export const MIME_TYPE = 'application/vnd.labpool.run+json';

/** How far from the page's edge an output begins to be live, as margins of CSS. */
const NEAR = '200px';

/**
 * A run in the output of a cell. It needs no kernel: what it shows comes from the server. Where
 * the server does not have the run, it shows the picture that was saved beside the id.
 */
export class RunOutput extends Panel implements IRenderMime.IRenderer {
  /**
   * @param labpool - What the output works with.
   * @param options - What JupyterLab gives to whatever draws an output.
   */
  constructor(
    private readonly labpool: ILabpool,
    private readonly options: IRenderMime.IRendererOptions
  ) {
    super();
    this.addClass('lp-RunOutput');
    this.seen = new IntersectionObserver(
      entries => {
        if (entries.some(entry => entry.isIntersecting)) {
          this.begin();
        }
      },
      { rootMargin: NEAR }
    );
  }

  /** Shows a run, or another one than before. */
  async renderModel(model: IRenderMime.IMimeModel): Promise<void> {
    const id = idIn(model.data[MIME_TYPE]);
    if (id !== this.runId) {
      this.end();
      this.runId = id;
    }
    await this.renderSaved(model);
    if (!this.isDisposed) {
      this.seen.observe(this.node);
    }
  }

  override dispose(): void {
    if (!this.isDisposed) {
      this.seen.disconnect();
      this.end();
      super.dispose();
    }
  }

  /** Draws what was saved, which is safe: JupyterLab cleans the HTML of those it does not trust. */
  private async renderSaved(model: IRenderMime.IMimeModel): Promise<void> {
    const hasPicture = model.data['text/html'] !== undefined;
    const factory = hasPicture ? htmlRendererFactory : textRendererFactory;
    const mimeType = hasPicture ? 'text/html' : 'text/plain';
    const saved = factory.createRenderer({ ...this.options, mimeType });
    await saved.renderModel(model);
    if (this.isDisposed) {
      saved.dispose();
      return;
    }
    this.saved?.dispose();
    this.saved = saved;
    this.addWidget(saved);
    this.settle();
  }

  /** Asks the server for the run; not before somebody can see it. */
  private begin(): void {
    this.seen.disconnect();
    if (this.runId === null || this.detail !== null) {
      return;
    }
    const { labpool } = this;
    const detail = new RunDetail(labpool.api, labpool.session, this.runId);
    this.detail = detail;
    this.live = new LabpoolWidget(labpool, <Output detail={detail} />);
    this.insertWidget(0, this.live);
    detail.changed.connect(this.settle, this);
    this.settle();
  }

  private end(): void {
    this.live?.dispose();
    this.detail?.dispose();
    this.live = this.detail = null;
  }

  /** Shows what was saved as long as the run itself is not there. */
  private settle(): void {
    this.saved?.setHidden(this.detail !== null && isLive(this.detail));
  }

  private readonly seen: IntersectionObserver;
  private runId: string | null = null;
  private detail: RunDetail | null = null;
  private live: LabpoolWidget | null = null;
  private saved: IRenderMime.IRenderer | null = null;
}

/** The id of the run; null where the output has none, whoever wrote it. */
function idIn(data: unknown): string | null {
  const id = (data as { readonly id?: unknown } | null | undefined)?.id;
  return typeof id === 'string' && id !== '' ? id : null;
}
