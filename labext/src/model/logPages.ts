import type { Api } from '../api/client';
import type { LogLine } from '../api/types';

/** Most lines that the server gives at once. */
const PAGE = 10_000;
/** Events to look back at first. */
const SPAN = 4000;

/** Lines, and whether the log begins with them. */
export interface Stretch {
  readonly lines: readonly LogLine[];
  readonly isWhole: boolean;
}

/**
 * The lines just before an event. The server tells what comes after one, so this looks back
 * further and further until there are enough.
 *
 * @param before - Number of the event.
 * @param wanted - Lines that are enough; there may be more.
 */
export async function linesBefore(
  api: Api,
  id: string,
  before: number,
  wanted: number
): Promise<Stretch> {
  let lines: readonly LogLine[] = [];
  let edge = before;
  for (let span = SPAN; edge > 0 && lines.length < wanted; span *= 4) {
    const start = Math.max(edge - span, 0);
    lines = [...(await linesBetween(api, id, start, edge)), ...lines];
    edge = start;
  }
  return { lines, isWhole: edge === 0 };
}

/** Every line after one event and before another. */
export async function linesBetween(
  api: Api,
  id: string,
  after: number,
  before = Infinity
): Promise<readonly LogLine[]> {
  const lines: LogLine[] = [];
  for (let next: number | null = after; next !== null;) {
    const page = await api.logs(id, { after: next, limit: PAGE });
    const inside = page.items.filter(line => line.seq < before);
    lines.push(...inside);
    const isEnd = page.next === null || inside.length < page.items.length;
    next = isEnd ? null : Number(page.next);
  }
  return lines;
}

/** A log as text, one line each: time, level, text. */
export function logText(lines: readonly LogLine[]): string {
  return lines
    .map(line => `${line.at} ${line.level.toUpperCase().padEnd(7)} ${line.text}\n`)
    .join('');
}
