import { Signal } from '@lumino/signaling';
import { vi } from 'vitest';

import type { Api } from '../../src/api/client';
import type { LogLine, Pool, Run, RunEvent, Series } from '../../src/api/types';
import { Paces } from '../../src/model/pace';
import { RunDetail } from '../../src/model/runDetail';
import type { Link } from '../../src/model/link';
import type { Session } from '../../src/model/session';

/** What the server has of the run `r1`. */
export interface Has {
  run: Run;
  series?: readonly Series[];
  lines?: readonly LogLine[];
  events?: readonly RunEvent[];
}

/** The signals of a page that has no server. */
export class FakeSession {
  readonly paces = new Paces();
  readonly runs = new Map<string, Run>();
  readonly kinds = new Map<string, string>();
  readonly told = new Signal<this, readonly RunEvent[]>(this);
  readonly runsChanged = new Signal<this, ReadonlySet<string>>(this);
  readonly linkChanged = new Signal<this, Link>(this);
  readonly poolChanged = new Signal<this, void>(this);
  readonly restarted = new Signal<this, void>(this);
  link: Link = 'live';
  problem = '';
  pool: Pool | null = null;
  watched = 0;

  run(id: string): Run | null {
    return this.runs.get(id) ?? null;
  }

  learn(runs: readonly Run[]): void {
    runs.forEach(run => this.runs.set(run.id, run));
  }

  watch(): { heard: Promise<void>; end: { isDisposed: boolean; dispose: () => void } } {
    this.watched += 1;
    const dispose = (): void => {
      this.watched -= 1;
    };
    return { heard: Promise.resolve(), end: { isDisposed: false, dispose } };
  }

  setLink(link: Link): void {
    this.link = link;
    this.linkChanged.emit(link);
  }
}

/** A REST API that has one run. */
export function fakeApi(has: Has): Api {
  const page = (all: readonly { seq: number }[], after: number): object => ({
    items: all.filter(one => one.seq > after),
    next: null
  });
  return {
    itemCounts: vi.fn(() => Promise.reject(new Error('no items here'))),
    run: vi.fn(() => Promise.resolve(has.run)),
    metrics: vi.fn(() => Promise.resolve(has.series ?? [])),
    logs: vi.fn((_: string, query: { after: number }) =>
      Promise.resolve(page(has.lines ?? [], query.after))
    ),
    events: vi.fn((_: string, after: string) =>
      Promise.resolve(page(has.events ?? [], Number(after)))
    )
  } as unknown as Api;
}

/** A run's detail with its fakes, loaded. */
export async function detailOf(
  api: Api,
  session = new FakeSession()
): Promise<{ detail: RunDetail; session: FakeSession }> {
  const detail = new RunDetail(api, session as unknown as Session, 'r1');
  await settle();
  return { detail, session };
}

/** Lets what is under way come to its end. */
export async function settle(): Promise<void> {
  await new Promise(resolve => setTimeout(resolve, 5));
}
