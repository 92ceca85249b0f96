import { CommandToolbarButton, SidePanel, Toolbar } from '@jupyterlab/ui-components';
import { AccordionPanel, PanelLayout } from '@lumino/widgets';
import * as React from 'react';

import { labpoolIcon } from '../icons';
import type { Link } from '../model/link';
import { RunList } from '../model/runList';
import { Commands, type ILabpool } from '../tokens';
import { LabpoolWidget } from '../views/widget';
import { Notices } from './Notices';
import { Runs } from './Runs';
import { Workers } from './Workers';

/** Where there is nothing to show but one message. */
const SHUT: readonly Link[] = ['missing', 'refused', 'failed'];

/** The side panel: what is to be known, then the workers, then the runs. */
export class LabpoolPanel extends SidePanel {
  /** @param labpool - What the content works with. */
  constructor(private readonly labpool: ILabpool) {
    super({ translator: labpool.translator });
    const { session, trans, format, api } = labpool;
    this.id = 'labpool-panel';
    this.addClass('lp-Panel');
    this.node.dir = format.dir;
    this.title.icon = labpoolIcon;
    this.title.caption = trans.__('Labpool: Workers and Runs');
    this.list = new RunList(api, session);
    this.fillToolbar();
    this.addNotices();
    this.addSections();
    session.linkChanged.connect(this.showLink, this);
    this.showLink();
  }

  override dispose(): void {
    this.list.dispose();
    super.dispose();
  }

  private fillToolbar(): void {
    const { trans } = this.labpool;
    this.toolbar.node.setAttribute('aria-label', trans.__('Labpool'));
    this.toolbar.addItem('new', this.button(Commands.newRun));
    this.toolbar.addItem('spacer', Toolbar.createSpacerItem());
    this.toolbar.addItem('resources', this.button(Commands.openResources));
    this.toolbar.addItem('dashboard', this.button(Commands.openDashboard));
  }

  private addNotices(): void {
    const notices = new LabpoolWidget(this.labpool, React.createElement(Notices));
    notices.addClass('lp-Notices');
    if (this.layout instanceof PanelLayout) {
      this.layout.insertWidget(1, notices);
    }
  }

  private addSections(): void {
    const { trans } = this.labpool;
    const workers = new Section(this.labpool, React.createElement(Workers));
    workers.title.label = trans.__('Workers');
    workers.toolbar.addItem('start', this.button(Commands.startPool));
    workers.toolbar.addItem('size', this.button(Commands.resizePool));
    const runs = new Section(
      this.labpool,
      React.createElement(Runs, { list: this.list })
    );
    runs.title.label = trans.__('Runs');
    runs.addClass('lp-RunsSection');
    this.addWidget(workers);
    this.addWidget(runs);
    if (this.content instanceof AccordionPanel) {
      this.content.setRelativeSizes([2, 3]);
    }
  }

  private button(id: string): CommandToolbarButton {
    return new CommandToolbarButton({ commands: this.labpool.commands, id, label: '' });
  }

  private showLink(): void {
    const { link } = this.labpool.session;
    const isShut = SHUT.includes(link);
    this.content.setHidden(isShut);
    this.toolbar.setHidden(isShut);
    this.toggleClass('lp-mod-away', link === 'reconnecting');
  }

  private readonly list: RunList;
}

/** One part of the accordion, with buttons beside its title. */
class Section extends LabpoolWidget {
  readonly toolbar = new Toolbar();
}
