import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { Notification } from '@jupyterlab/apputils';
import { PageConfig } from '@jupyterlab/coreutils';
import { ISettingRegistry } from '@jupyterlab/settingregistry';

import type { Run } from '../api/types';
import { Endings, type Ended, type Memory, type Seen } from '../model/endings';
import { endedWords, toneOf } from '../text/endings';
import { Commands, ILabpool } from '../tokens';

/** Tells when runs have ended. */
export const noticesPlugin: JupyterFrontEndPlugin<void> = {
  id: 'labpool:notices',
  description: 'Tells when runs have ended; the setting `notify` turns it off.',
  autoStart: true,
  requires: [ILabpool],
  optional: [ISettingRegistry],
  activate: async (
    app: JupyterFrontEnd,
    labpool: ILabpool,
    registry: ISettingRegistry | null
  ): Promise<void> => {
    let which = 'all';
    const notices = new Notices(app, labpool);
    const endings = new Endings(labpool.api, labpool.session, browserMemory());
    endings.ended.connect((_, ended) => {
      const runs = ended.runs.filter(
        run => which === 'all' || (which === 'failed' && toneOf(run) !== 'success')
      );
      notices.tell({ ...ended, runs });
    });
    const settings = await registry?.load('labpool:notices');
    const read = (): void => {
      const chosen = settings?.get('notify').composite;
      which = typeof chosen === 'string' ? chosen : 'all';
    };
    settings?.changed.connect(read);
    read();
  }
};

/** Runs that end within this time of each other share one notice, milliseconds. */
const TOGETHER_MS = 10_000;
/** How long good news stays in the corner, milliseconds; the bell keeps it. */
const SHOWN_MS = 5000;

/** The notice that is shown, and what it tells of. */
interface Shown extends Ended {
  readonly id: string;
  readonly at: number;
}

/** One notice for a run, and one for all of many that end together. */
class Notices {
  constructor(
    private readonly app: JupyterFrontEnd,
    private readonly labpool: ILabpool
  ) {}

  /** Tells of runs, in the notice that is there already where it is a fresh one. */
  tell(ended: Ended): void {
    if (ended.runs.length === 0) {
      return;
    }
    const last = this.shown;
    const joins =
      last?.isAway === ended.isAway && Date.now() - last.at < TOGETHER_MS ? last : null;
    if (!joins || !this.put(joins.id, together(joins, ended))) {
      this.put('', ended);
    }
  }

  /** @returns False where the notice is gone. */
  private put(id: string, ended: Ended): boolean {
    const { text, tone } = endedWords(ended, this.labpool);
    const look = {
      autoClose: tone === 'success' ? SHOWN_MS : (false as const),
      actions: [this.action(ended)]
    };
    const shown = id === '' ? Notification.emit(text, tone, look) : id;
    const isThere =
      id === '' || Notification.update({ id, message: text, type: tone, ...look });
    this.shown = isThere ? { ...ended, id: shown, at: Date.now() } : null;
    return isThere;
  }

  private action({ runs }: Ended): Notification.IAction {
    const { trans } = this.labpool;
    const [first, ...others] = runs;
    const give = (command: string, args = {}): void => {
      void this.app.commands.execute(command, args);
    };
    return first && others.length === 0
      ? {
          label: trans.__('Open'),
          callback: () => {
            give(Commands.openRun, { id: first.id });
          }
        }
      : {
          label: trans.__('Show Runs'),
          callback: () => {
            give(Commands.openPanel);
          }
        };
  }

  private shown: Shown | null = null;
}

function together(one: Ended, other: Ended): Ended {
  const runs = new Map<string, Run>();
  [...one.runs, ...other.runs].forEach(run => runs.set(run.id, run));
  return { ...other, runs: [...runs.values()] };
}

/** What this browser keeps for this server. */
function browserMemory(): Memory {
  const key = `labpool:seen:${PageConfig.getBaseUrl()}`;
  return {
    read: () => {
      try {
        return JSON.parse(localStorage.getItem(key) ?? 'null') as Seen | null;
      } catch {
        return null; // storage that is forbidden, or a text of somebody else
      }
    },
    write: seen => {
      try {
        localStorage.setItem(key, JSON.stringify(seen));
      } catch {
        // Storage that is full or forbidden: nothing is told of the time away.
      }
    }
  };
}
