import type { Run } from '../api/types';
import type { ILabpool } from '../tokens';
import { progressText } from '../views/progress';
import { stateWord } from '../views/state';

/** What a row says of a run before its kind, in the job's own words where it has some. */
export function runFacts(run: Run, { trans, format }: ILabpool): readonly string[] {
  switch (run.state) {
    case 'running':
      return run.cancel_requested
        ? [trans.__('Cancelling…')]
        : [
            run.progress?.message ?? '',
            run.progress ? progressText(run.progress, format) : ''
          ];
    case 'queued':
      return [stateWord('queued', trans)];
    case 'interrupted':
      return [stateWord('interrupted', trans), firstLine(run)];
    case 'failed':
      return [firstLine(run) || stateWord('failed', trans)];
    case 'cancelled':
      return [stateWord('cancelled', trans)];
    default:
      return [];
  }
}

/** The time that matters most: what is left, when it goes on, or how long ago it was. */
export function runTime(run: Run, { session, trans, format }: ILabpool): string {
  if (run.state === 'running') {
    const left = session.paces.of(run).leftS;
    return left === null ? '' : trans.__('%1 left', format.duration(rounded(left)));
  }
  if (run.state === 'interrupted') {
    return run.retry_at === null
      ? trans.__('waits for Resume')
      : trans.__('goes on at %1', format.clock(run.retry_at));
  }
  return format.since(run.ended_at ?? run.created_at);
}

/** Seconds that nobody can foresee are not shown. */
function rounded(seconds: number): number {
  return seconds < 120 ? seconds : Math.round(seconds / 60) * 60;
}

function firstLine(run: Run): string {
  return run.error?.message.split('\n')[0] ?? '';
}
