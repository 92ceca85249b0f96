import type { Api } from '../api/client';
import type { LogLine, Run, RunEvent, Series } from '../api/types';
import { linesBefore, linesBetween } from './logPages';

/** Points of each metric that are asked for. */
const POINTS = 2000;
/** Log lines that are asked for at a time. */
export const LINES = 2000;

/** Numbers of the last line and the last event that are known; 0 where nothing is. */
export interface Known {
  readonly line: number;
  readonly event: number;
}

/** What the server has of a run. */
export interface Asked {
  readonly run: Run;
  readonly series: readonly Series[];
  readonly lines: readonly LogLine[];
  /** Whether the log begins with these lines; null where they go on from the known ones. */
  readonly isWhole: boolean | null;
  /** What happened after the last known event. */
  readonly story: readonly RunEvent[];
}

/** Asks for a run: for all of it at first, after a broken connection for what was missed. */
export async function ask(api: Api, id: string, known: Known): Promise<Asked> {
  const run = await api.run(id);
  const [series, log, story] = await Promise.all([
    api.metrics(id, POINTS),
    known.line > 0
      ? linesBetween(api, id, known.line).then(lines => ({ lines, isWhole: null }))
      : linesBefore(api, id, run.seq + 1, LINES),
    eventsAfter(api, id, known.event)
  ]);
  return { run, series, ...log, story };
}

async function eventsAfter(
  api: Api,
  id: string,
  after: number
): Promise<readonly RunEvent[]> {
  const events: RunEvent[] = [];
  for (let next: string | null = String(after); next !== null;) {
    const page: Awaited<ReturnType<Api['events']>> = await api.events(id, next);
    events.push(...page.items);
    next = page.next;
  }
  return events;
}
