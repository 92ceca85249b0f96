import * as React from 'react';

import type { Progress } from '../api/types';
import type { Format } from '../text/format';
import { useLabpool } from './widget';

/** How far something is, as a bar that goes the way the language is read. */
export function ProgressBar(props: {
  /** Null while nothing is known. */
  readonly progress: Progress | null;
  /** What it is the progress of, for screen readers. */
  readonly label: string;
}): React.ReactElement {
  const { format } = useLabpool();
  const share = shareOf(props.progress);
  const told = props.progress ? progressText(props.progress, format) : undefined;
  return (
    <div
      className="lp-Progress"
      role="progressbar"
      aria-label={props.label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={share === null ? undefined : Math.floor(share * 100)}
      aria-valuetext={told}
      data-unknown={share === null ? '' : undefined}
    >
      <div
        style={{
          inlineSize: share === null ? undefined : `${(100 * share).toFixed(2)}%`
        }}
      />
    </div>
  );
}

/** The share that is done, 0 to 1, or null where the total is not known. */
export function shareOf(progress: Progress | null): number | null {
  if (progress?.total == null || progress.total <= 0) {
    return null;
  }
  return Math.min(progress.done / progress.total, 1);
}

/** "3 of 12 steps", or "3 steps" where the total is not known. */
export function progressText(progress: Progress, format: Format): string {
  const { done, total, unit } = progress;
  return total === null ? format.count(done, unit) : format.countOf(done, total, unit);
}
