import { URLExt } from '@jupyterlab/coreutils';
import type { ServerConnection } from '@jupyterlab/services';
import type { IDisposable } from '@lumino/disposable';

import type { Message } from './types';

/** What a connection is told. */
export interface Listener {
  /** The server says something; the first word of each connection is `opened`. */
  readonly message: (message: Message) => void;
  /** The connection is gone, or could not be made; `tries` have failed in a row. */
  readonly lost: (tries: number) => void;
}

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 15_000;

/**
 * The one WebSocket of a page. Connects again by itself, after the last event that it has heard.
 */
export class EventSocket implements IDisposable {
  /**
   * @param settings - The server and the credentials of this page.
   * @param listener - Who is told.
   */
  constructor(
    private readonly settings: ServerConnection.ISettings,
    private readonly listener: Listener
  ) {
    window.addEventListener('online', this.hurry);
    document.addEventListener('visibilitychange', this.hurry);
  }

  /** Whether it has been closed for good. */
  get isDisposed(): boolean {
    return this.disposed;
  }

  /**
   * Connects.
   *
   * @param after - Number of the last event that the page has.
   */
  connect(after: number): void {
    this.after = after;
    this.open();
  }

  /** Hears everything of these runs from now on, and little of all others. */
  watch(runIds: readonly string[]): void {
    this.watched = runIds;
    if (this.socket?.readyState === WebSocket.OPEN) {
      this.socket.send(JSON.stringify({ watch: runIds }));
    }
  }

  /** Stops trying, until `connect` is called again. */
  close(): void {
    window.clearTimeout(this.timer);
    const socket = this.socket;
    this.socket = null;
    socket?.close();
  }

  dispose(): void {
    this.disposed = true;
    this.close();
    window.removeEventListener('online', this.hurry);
    document.removeEventListener('visibilitychange', this.hurry);
  }

  private open(): void {
    this.close();
    this.waiting = false;
    const socket = new this.settings.WebSocket(this.url());
    this.socket = socket;
    socket.onmessage = event => {
      if (socket === this.socket) {
        this.hear(JSON.parse(String(event.data)) as Message);
      }
    };
    socket.onclose = () => {
      if (socket === this.socket) {
        this.lose();
      }
    };
  }

  private hear(message: Message): void {
    if (message.type === 'opened') {
      this.tries = 0;
      this.after = message.seq;
    } else if (message.type === 'events') {
      this.after = Math.max(this.after, message.items.at(-1)?.seq ?? 0);
    }
    this.listener.message(message);
  }

  private lose(): void {
    this.socket = null;
    const pause = Math.min(FIRST_PAUSE_MS * 2 ** this.tries, LONGEST_PAUSE_MS);
    this.tries += 1;
    this.waiting = true;
    // Many pages must not knock at the same moment when a server comes back.
    this.timer = window.setTimeout(
      () => {
        this.open();
      },
      pause * (0.75 + Math.random() / 2)
    );
    this.listener.lost(this.tries);
  }

  /** The network is back, or somebody looks again: do not wait any longer. */
  private readonly hurry = (): void => {
    if (this.waiting && document.visibilityState === 'visible') {
      window.clearTimeout(this.timer);
      this.open();
    }
  };

  private url(): string {
    const query = new URLSearchParams({
      after: this.after.toString(),
      brief: 'true',
      pool: 'true',
      watch: this.watched.join(',')
    });
    if (this.settings.appendToken && this.settings.token !== '') {
      query.set('token', this.settings.token);
    }
    const path = URLExt.join(this.settings.wsUrl, 'labpool/api/events/ws');
    return `${path}?${query.toString()}`;
  }

  private socket: WebSocket | null = null;
  private watched: readonly string[] = [];
  private after = 0;
  private tries = 0;
  private timer = 0;
  private waiting = false;
  private disposed = false;
}
