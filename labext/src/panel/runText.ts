import type { Run } from '../api/types';
import type { ILabpool } from '../tokens';
import { progressText } from '../views/progress';
import { stateWord } from '../views/state';

/** What a row says of a run before its kind, in the job's own words where it has some. */
export function runFacts(run: Run, labpool: ILabpool): readonly string[] {
  const { trans, format } = labpool;
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
      return [stateWord('interrupted', trans), firstLine(run, labpool)];
    case 'failed':
      return [firstLine(run, labpool) || stateWord('failed', trans)];
    case 'cancelled':
      return [stateWord('cancelled', trans)];
    default:
      return [];
  }
}

/** The time that matters most: what is left, when it goes on, or how long ago it was launched. */
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
  // The rows stand in the order of their launch: a time of something else would contradict it.
  return format.since(run.created_at);
}

/** When a run was launched, and when it ended. */
export function runTimes(run: Run, { trans, format }: ILabpool): string {
  const launched = trans.__('Launched %1', format.moment(run.created_at));
  return run.ended_at === null
    ? launched
    : `${launched}\n${trans.__('Ended %1', format.moment(run.ended_at))}`;
}

/** Seconds that nobody can foresee are not shown. */
function rounded(seconds: number): number {
  return seconds < 120 ? seconds : Math.round(seconds / 60) * 60;
}

function firstLine(run: Run, { errors }: ILabpool): string {
  return run.error ? (errors.say(run.error).split('\n')[0] ?? '') : '';
}
