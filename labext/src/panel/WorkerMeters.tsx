import * as React from 'react';

import type { Gpu, Worker } from '../api/types';
import { Commands } from '../tokens';
import { useCommands } from '../views/actions';
import { useLabpool } from '../views/widget';
import { cpuText } from './PoolTotal';

/** The share of its memory limit above which a worker is in danger; the server's threshold. */
const FULL = 0.85;

/** What a worker takes: CPU, memory against its limit, its GPU, how long it is up, its errors. */
export function WorkerMeters(props: { readonly worker: Worker }): React.ReactElement {
  const { trans, format } = useLabpool();
  const { worker } = props;
  return (
    <div className="lp-Meters">
      <span title={trans.__('CPU, in percent of one core')}>
        {trans.__('CPU %1', cpuText(worker.cpu, format))}
      </span>
      <Memory worker={worker} />
      {worker.gpus.length > 0 && <Gpus gpus={worker.gpus} />}
      <span title={trans.__('Uptime')}>
        <span className="jp-sr-only">{trans.__('Uptime')} </span>
        {uptime(worker.uptime_s, format.duration.bind(format))}
      </span>
      {worker.errors > 0 && <Errors worker={worker} />}
    </div>
  );
}

/** How many attempts ended badly on a worker; leads to the run of the last one. */
function Errors({ worker }: { readonly worker: Worker }): React.ReactElement {
  const { trans, format } = useLabpool();
  const { give } = useCommands();
  const { errors, failed_run_id: run } = worker;
  const words = trans._n('%2 error', '%2 errors', errors, format.number(errors));
  return run === null ? (
    <span className="lp-Meters-errors">{words}</span>
  ) : (
    <button
      type="button"
      className="lp-Link lp-Meters-errors"
      title={trans.__('Open the run that failed here last')}
      onClick={() => {
        give(Commands.openRun, { id: run });
      }}
    >
      {words}
    </button>
  );
}

function Memory(props: { readonly worker: Worker }): React.ReactElement {
  const { trans, format } = useLabpool();
  const { memory_bytes: used, memory_limit_bytes: limit } = props.worker;
  return limit > 0 ? (
    <Meter label={trans.__('Memory')} used={used} limit={limit} />
  ) : (
    <span title={trans.__('Memory')}>{format.count(used, 'byte')}</span>
  );
}

/** The GPU that the worker's run has and what of its memory is in use, or those that it may use. */
function Gpus(props: { readonly gpus: readonly Gpu[] }): React.ReactElement {
  const { trans, format } = useLabpool();
  const { gpus } = props;
  const held = gpus.find(gpu => gpu.held);
  if (held !== undefined && held.memory_bytes > 0) {
    return (
      <span className="lp-Gpu">
        <bdi>{held.name}</bdi>{' '}
        <Meter
          label={trans.__('GPU memory')}
          used={held.memory_used_bytes}
          limit={held.memory_bytes}
        />
      </span>
    );
  }
  const names = format.join(gpus.map(gpu => gpu.name));
  return held === undefined ? (
    <span className="lp-Gpu" title={trans.__('May use: %1', names)}>
      {trans._n('%2 GPU', '%2 GPUs', gpus.length, format.number(gpus.length))}
    </span>
  ) : (
    <span className="lp-Gpu">
      <bdi>{held.name}</bdi>
    </span>
  );
}

/** How much of something is in use, in words and as a bar. */
function Meter(props: {
  readonly label: string;
  readonly used: number;
  readonly limit: number;
}): React.ReactElement {
  const { format } = useLabpool();
  const { label, used, limit } = props;
  const share = Math.min(used / limit, 1);
  const text = format.countOf(used, limit, 'byte');
  return (
    <span className="lp-Memory" title={`${label}: ${text}`}>
      {text}
      <span
        className="lp-Memory-bar"
        role="meter"
        aria-label={label}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.round(100 * share)}
        aria-valuetext={text}
        data-full={share > FULL ? '' : undefined}
      >
        <span style={{ inlineSize: `${(100 * share).toFixed(0)}%` }} />
      </span>
    </span>
  );
}

/** Whole minutes after the first: seconds that run on every row only disturb. */
function uptime(seconds: number, duration: (seconds: number) => string): string {
  return duration(seconds < 60 ? seconds : Math.floor(seconds / 60) * 60);
}
