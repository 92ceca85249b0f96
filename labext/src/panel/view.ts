import type { TranslationBundle } from '@jupyterlab/translation';
import { refreshIcon, SidePanel, ToolbarButton } from '@jupyterlab/ui-components';
import type { Message } from '@lumino/messaging';
import { Widget } from '@lumino/widgets';

import type { Api } from '../api/client';
import { renderContent } from './content';
import { labpoolIcon } from './icon';
import { loadPanelState, type PanelState } from './state';

/** The side panel: asks the server when it is first shown, and again on demand. */
export class PanelView extends SidePanel {
  /**
   * @param api - Where the content comes from.
   * @param trans - The language of the panel.
   */
  constructor(
    private readonly api: Api,
    private readonly trans: TranslationBundle
  ) {
    super();
    this.id = 'labpool-panel';
    this.title.icon = labpoolIcon;
    this.title.caption = trans.__('Labpool: pool and runs');
    this.body.addClass('lp-Panel');
    this.body.title.label = trans.__('Labpool');
    this.addWidget(this.body);
    this.toolbar.addItem(
      'refresh',
      new ToolbarButton({
        icon: refreshIcon,
        tooltip: trans.__('Refresh'),
        onClick: () => void this.refresh()
      })
    );
  }

  /** Asks the server and draws the answer; the newest call wins. */
  async refresh(): Promise<void> {
    const turn = ++this.turn;
    this.draw({ phase: 'loading' });
    const state = await loadPanelState(this.api);
    if (turn === this.turn && !this.isDisposed) {
      this.draw(state);
    }
  }

  protected override onAfterShow(message: Message): void {
    super.onAfterShow(message);
    if (this.turn === 0) {
      void this.refresh();
    }
  }

  private draw(state: PanelState): void {
    this.body.node.setAttribute('aria-busy', String(state.phase === 'loading'));
    this.body.node.replaceChildren(...renderContent(state, this.trans));
  }

  private readonly body = new Widget();
  private turn = 0;
}
