import type { ServerConnection } from '@jupyterlab/services';
import type { IDisposable } from '@lumino/disposable';
import { Signal, type ISignal } from '@lumino/signaling';

import type { Api } from '../api/client';
import { ApiError, messageOf } from '../api/error';
import { EventSocket } from '../api/socket';
import type { Alert, Message, Page, Pool, Run, RunEvent } from '../api/types';
import type { Link } from './link';
import { Paces } from './pace';
import { PAGE_SIZE, RunBook } from './runBook';
import { Watches, type Watch } from './watches';

/** Pause before asking again a server that did not answer at all. */
const RETRY_MS = 3000;

/** Failed tries after which the page asks whether it may still come in. */
const ASK_AFTER = 3;

/**
 * Everything that one page knows of the server, kept up to date over one WebSocket.
 *
 * Runs are folds of their events, so that what is shown after a broken connection is the truth.
 */
export class Session implements IDisposable {
  /**
   * @param api - The REST API.
   * @param settings - The server and the credentials of this page.
   */
  constructor(
    private readonly api: Api,
    settings: ServerConnection.ISettings
  ) {
    this.socket = new EventSocket(settings, {
      message: message => {
        this.hear(message);
      },
      lost: tries => {
        this.lose(tries);
      }
    });
  }

  /** How fast the runs go. */
  readonly paces = new Paces();

  /** The connection has changed. */
  get linkChanged(): ISignal<this, Link> {
    return this._linkChanged;
  }

  /** The pool or its alerts have changed. */
  get poolChanged(): ISignal<this, void> {
    return this._poolChanged;
  }

  /** Runs have changed, by id; those that are gone are no longer in `run()`. */
  get runsChanged(): ISignal<this, ReadonlySet<string>> {
    return this._runsChanged;
  }

  /** What happened, in order; of runs that are not watched, without detail. */
  get told(): ISignal<this, readonly RunEvent[]> {
    return this._told;
  }

  /** Too much was missed to be told: whoever shows a list asks for it again. */
  get restarted(): ISignal<this, void> {
    return this._restarted;
  }

  /** How this page stands with the server. */
  get link(): Link {
    return this._link;
  }

  /** Why there is no connection, where the server said so. */
  get problem(): string {
    return this._problem;
  }

  /** Whether this login may see the pool; known once the page is connected. */
  get seesPool(): boolean {
    return this._seesPool;
  }

  /** The pool, once it is known. */
  get pool(): Pool | null {
    return this._pool;
  }

  /** Thresholds that are crossed now. */
  get alerts(): readonly Alert[] {
    return this._alerts;
  }

  /** What the job kinds are called, by name and language. */
  get kinds(): ReadonlyMap<string, Readonly<Record<string, string>>> {
    return this._kinds;
  }

  /** The first page of runs, newest first, as it was when the page opened. */
  get firstPage(): Page<Run> | null {
    return this._firstPage;
  }

  /** Every run that the page has heard of, in no order. */
  get known(): readonly Run[] {
    return this.runs.all;
  }

  /** The runs that have not ended, newest first. */
  get active(): readonly Run[] {
    return this.runs.active;
  }

  get isDisposed(): boolean {
    return this.socket.isDisposed;
  }

  /** A run, if the page has heard of it. */
  run(id: string): Run | null {
    return this.runs.get(id);
  }

  /** Takes note of runs that a REST answer has brought; what is older than known is left out. */
  learn(runs: readonly Run[]): void {
    const news = this.runs.learn(runs);
    if (news.size > 0) {
      this._runsChanged.emit(news);
    }
  }

  /** Connects, if it has not yet: one request and one WebSocket. */
  async connect(): Promise<void> {
    if (['connecting', 'live', 'reconnecting'].includes(this._link)) {
      return;
    }
    this.setLink('connecting');
    await this.begin();
  }

  /** Hears everything of a run, until the answer's `end` is disposed of. */
  watch(id: string): Watch {
    return this.watches.add(id);
  }

  dispose(): void {
    window.clearTimeout(this.timer);
    this.socket.dispose();
    Signal.clearData(this);
  }

  private async begin(): Promise<void> {
    try {
      const page = await this.api.runs({ limit: PAGE_SIZE });
      this._firstPage = page;
      this.learn(page.items);
      this.socket.connect(Math.max(0, ...page.items.map(run => run.seq)));
    } catch (error) {
      this.refuse(error);
    }
  }

  private hear(message: Message): void {
    switch (message.type) {
      case 'opened':
        this._seesPool = message.pool;
        this._kinds = new Map(Object.entries(message.kinds));
        this.open(message.active, message.replayed);
        break;
      case 'events':
        this.tell(message.items);
        break;
      case 'pool':
        this._pool = message.pool;
        this._alerts = message.alerts;
        this._poolChanged.emit();
        break;
      case 'watching':
        this.watches.answer(message.run_ids);
    }
  }

  private open(active: readonly Run[], replayed: boolean): void {
    this.setLink('live');
    this.watches.tell();
    if (replayed) {
      this.learn(active);
    } else {
      void this.startAnew(active);
    }
  }

  private tell(events: readonly RunEvent[]): void {
    const strangers = events.filter(
      event => event.type === 'run_requeued' && !this.run(event.run_id)
    );
    const changed = this.runs.tell(events);
    this.paces.hear(events, id => this.run(id));
    if (changed.size > 0) {
      this._runsChanged.emit(changed);
    }
    this._told.emit(events);
    strangers.forEach(event => {
      this.meet(event.run_id);
    });
  }

  /** An old run that no page has brought goes on: lists show it from now on. */
  private meet(id: string): void {
    this.api.run(id).then(
      run => {
        this.learn([run]);
      },
      () => {
        // It has been deleted since, or the next connection brings it.
      }
    );
  }

  /** Forgets what may be out of date and asks again. */
  private async startAnew(active: readonly Run[]): Promise<void> {
    try {
      const page = await this.api.runs({ limit: PAGE_SIZE });
      this._firstPage = page;
      this.runs.clear();
      this.learn([...page.items, ...active]);
      this._restarted.emit();
    } catch (error) {
      this.refuse(error);
    }
  }

  private lose(tries: number): void {
    this.setLink('reconnecting');
    if (tries % ASK_AFTER === 0) {
      this.api.runs({ limit: 1 }).catch((error: unknown) => {
        if (error instanceof ApiError && (error.isMissing || error.isRefused)) {
          this.refuse(error);
        }
      });
    }
  }

  private refuse(error: unknown): void {
    this.socket.close();
    this._problem = messageOf(error);
    if (!(error instanceof ApiError) || error.isAway) {
      this.setLink('reconnecting');
      window.clearTimeout(this.timer);
      this.timer = window.setTimeout(() => void this.begin(), RETRY_MS);
      return;
    }
    this.setLink(error.isMissing ? 'missing' : error.isRefused ? 'refused' : 'failed');
  }

  private setLink(link: Link): void {
    if (link === this._link) {
      return;
    }
    this._link = link;
    this._linkChanged.emit(link);
  }

  private readonly socket: EventSocket;
  private readonly runs = new RunBook();
  private readonly watches = new Watches(ids => {
    this.socket.watch(ids);
  });
  private _link: Link = 'idle';
  private _problem = '';
  private _kinds: ReadonlyMap<string, Readonly<Record<string, string>>> = new Map();
  private _seesPool = true;
  private timer = 0;
  private _pool: Pool | null = null;
  private _alerts: readonly Alert[] = [];
  private _firstPage: Page<Run> | null = null;
  private readonly _linkChanged = new Signal<this, Link>(this);
  private readonly _poolChanged = new Signal<this, void>(this);
  private readonly _runsChanged = new Signal<this, ReadonlySet<string>>(this);
  private readonly _told = new Signal<this, readonly RunEvent[]>(this);
  private readonly _restarted = new Signal<this, void>(this);
}
