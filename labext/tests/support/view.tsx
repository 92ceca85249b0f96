import { nullTranslator } from '@jupyterlab/translation';
import { CommandRegistry } from '@lumino/commands';
import * as React from 'react';
import { act } from 'react';
import { createRoot, type Root } from 'react-dom/client';

import { addPoolCommands } from '../../src/actions/pool';
import { addRunCommands } from '../../src/actions/runs';
import type { Pool, Run } from '../../src/api/types';
import { KindBook } from '../../src/model/kindBook';
import { Opened } from '../../src/model/opened';
import { Session } from '../../src/model/session';
import { ErrorVoice } from '../../src/text/errors';
import { createFormat } from '../../src/text/language';
import type { ILabpool } from '../../src/tokens';
import { LabpoolProvider } from '../../src/views/widget';
import { fakeSettings, FakeServer, settle, socket } from './server';

const browser = globalThis as Record<string, unknown>;
browser['IS_REACT_ACT_ENVIRONMENT'] = true;
browser['requestIdleCallback'] ??= (callback: () => void) => setTimeout(callback);

/** A page over a server in memory, with one view drawn. */
export class FakePage {
  readonly server = new FakeServer();
  readonly labpool: ILabpool;
  readonly node = document.createElement('div');
  private readonly root: Root;

  constructor() {
    const session = new Session(this.server.api, fakeSettings());
    this.labpool = {
      api: this.server.api,
      session,
      opened: new Opened(),
      kinds: new KindBook(this.server.api, session, createFormat(nullTranslator)),
      commands: new CommandRegistry(),
      trans: nullTranslator.load('labpool'),
      format: createFormat(nullTranslator),
      errors: new ErrorVoice(
        nullTranslator.load('labpool'),
        createFormat(nullTranslator)
      ),
      translator: nullTranslator
    };
    addRunCommands(this.labpool, () => '');
    addPoolCommands(this.labpool);
    document.body.replaceChildren(this.node);
    this.root = createRoot(this.node);
  }

  /** Connects to a server with these runs and this pool. */
  async connect(runs: Run[], pool?: Pool): Promise<void> {
    this.server.runs = runs;
    await this.does(async () => {
      await this.labpool.session.connect();
      socket().open(Math.max(0, ...runs.map(run => run.seq)));
      if (pool) {
        socket().say({ type: 'pool', pool, alerts: [] });
      }
    });
  }

  /** Draws a view. */
  async show(view: React.ReactElement): Promise<void> {
    await this.does(() => {
      this.root.render(<LabpoolProvider value={this.labpool}>{view}</LabpoolProvider>);
    });
  }

  /** Does something and waits until it is drawn. */
  async does(what: () => unknown): Promise<void> {
    await act(async () => {
      await what();
      await settle();
    });
  }

  /** Takes the view away. */
  async close(): Promise<void> {
    await this.does(() => {
      this.root.unmount();
    });
    this.labpool.session.dispose();
  }

  /** The one element. */
  one(selector: string): HTMLElement {
    const found = this.node.querySelector<HTMLElement>(selector);
    if (!found) {
      throw new Error(`There is no ${selector} in ${this.node.innerHTML}`);
    }
    return found;
  }

  /** The texts of all such elements. */
  texts(selector: string): string[] {
    return [...this.node.querySelectorAll(selector)].map(node => node.textContent);
  }

  /** The commands of the buttons that a row has. */
  buttons(row: string): string[] {
    const all = this.one(row).querySelectorAll<HTMLElement>('[data-command]');
    return [...all].map(node => node.dataset['command']?.replace('labpool:', '') ?? '');
  }
}
