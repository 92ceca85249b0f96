import {
  ILayoutRestorer,
  type JupyterFrontEnd,
  type JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { MainAreaWidget, WidgetTracker } from '@jupyterlab/apputils';
import { addIcon } from '@jupyterlab/ui-components';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';
import * as React from 'react';

import type { Run } from '../api/types';
import { draftOf, type Draft } from '../form/draft';
import { DraftModel, FormPage } from '../form/FormPage';
import { DraftKeeper } from '../form/keeping';
import { Commands, ILabpool } from '../tokens';
import { LabpoolWidget } from '../views/widget';

/** Adds the page with the form for a new run. There is one such page. */
export const formPlugin: JupyterFrontEndPlugin<void> = {
  id: 'labpool:form',
  description: 'Launches a run from a form that is drawn from the schema of its kind.',
  autoStart: true,
  requires: [ILabpool],
  optional: [ILayoutRestorer],
  activate: (
    app: JupyterFrontEnd,
    labpool: ILabpool,
    restorer: ILayoutRestorer | null
  ): void => {
    const model = new DraftModel(new DraftKeeper(window.localStorage));
    const tracker = new WidgetTracker<MainAreaWidget>({ namespace: 'labpool-form' });
    let page: MainAreaWidget | null = null;
    const open = (): MainAreaWidget => {
      const made = createPage(labpool, model, run => {
        made.close();
        void app.commands.execute(Commands.openRun, { id: run.id });
      });
      made.disposed.connect(() => {
        page = null;
      });
      return made;
    };
    app.commands.addCommand(Commands.newRun, {
      label: labpool.trans.__('New Run…'),
      caption: labpool.trans.__('Launch a run from a form'),
      icon: addIcon,
      describedBy: { args: ARGS },
      execute: args => {
        page ??= open();
        show(app, tracker, page);
        model.set(chosen(args, model));
      }
    });
    if (restorer) {
      void restorer.restore(tracker, {
        command: Commands.newRun,
        name: () => 'form'
      });
    }
  }
};

/** Without a kind, what was shown stays; without values, what was typed. */
function chosen(args: ReadonlyPartialJSONObject, model: DraftModel): Draft {
  const { keeper } = model;
  const asked = draftOf(args);
  const isBare = Object.keys(args).every(name => name === 'kind');
  const typed = isBare && asked ? keeper.of(asked.kind) : null;
  return typed ?? asked ?? keeper.last ?? model.draft;
}

function show(
  app: JupyterFrontEnd,
  tracker: WidgetTracker<MainAreaWidget>,
  page: MainAreaWidget
): void {
  if (!page.isAttached) {
    app.shell.add(page, 'main');
  }
  if (!tracker.has(page)) {
    void tracker.add(page);
  }
  app.shell.activateById(page.id);
}

function createPage(
  labpool: ILabpool,
  model: DraftModel,
  launched: (run: Run) => void
): MainAreaWidget {
  const content = React.createElement(FormPage, { model, launched });
  const page = new MainAreaWidget({ content: new LabpoolWidget(labpool, content) });
  page.id = 'labpool-form';
  page.title.label = labpool.trans.__('New Run');
  page.title.icon = addIcon;
  page.title.closable = true;
  return page;
}

const ARGS = {
  type: 'object',
  properties: {
    kind: {
      type: 'string',
      description: 'Name of the kind of run; none to choose one.'
    },
    params: { type: 'object', description: 'Values to begin with.' },
    name: { type: 'string', description: 'What the run is called.' },
    priority: { type: 'number', description: 'Higher starts first.' },
    max_attempts: { type: 'number', description: 'How often it may be tried.' },
    timeout_s: { type: ['number', 'null'], description: 'Seconds for an attempt.' },
    tags: {
      type: 'array',
      items: { type: 'string' },
      description: 'Words to find it by.'
    }
  }
};
