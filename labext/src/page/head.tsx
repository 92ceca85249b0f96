import * as React from 'react';

import { hasEnded, type Run } from '../api/types';
import { StateMark } from '../views/state';
import { useClock, useLabpool } from '../views/widget';
import { CopyButton } from '../views/copy';

/** Which run this is, and where it stands. */
export function Head(props: {
  readonly run: Run;
  readonly isDeleted: boolean;
}): React.ReactElement {
  const { run, isDeleted } = props;
  return (
    <div className="lp-PageHead">
      <div className="lp-PageHead-title">
        <h1>
          <bdi>{run.name}</bdi>
        </h1>
        <Standing run={run} isDeleted={isDeleted} />
      </div>
      <About run={run} />
      <Times run={run} />
    </div>
  );
}

/** The state of a run that may have been deleted. */
export function Standing(props: {
  readonly run: Run;
  readonly isDeleted: boolean;
}): React.ReactElement {
  const { trans } = useLabpool();
  return (
    <span role="status">
      {props.isDeleted ? (
        <span className="lp-State" data-state="deleted">
          <span className="lp-State-mark" aria-hidden="true" />
          {trans.__('Deleted')}
        </span>
      ) : (
        <StateMark run={props.run} />
      )}
    </span>
  );
}

/** Kind, id, owner and tags. */
export function About({ run }: { readonly run: Run }): React.ReactElement {
  const { kinds, trans } = useLabpool();
  return (
    <div className="lp-PageHead-about lp-Dim">
      <bdi title={run.kind}>{kinds.title(run.kind)}</bdi>
      <span>
        <bdi className="lp-Code">{run.id}</bdi>
        <CopyButton isSmall label={trans.__('Copy id')} text={() => run.id} />
      </span>
      {run.owner !== '' && <bdi>{run.owner}</bdi>}
      {run.tags.map(tag => (
        <bdi key={tag} className="lp-Tag">
          {tag}
        </bdi>
      ))}
    </div>
  );
}

/** When it was launched, started and ended, how long it took, and how long it may still take. */
export function Times({ run }: { readonly run: Run }): React.ReactElement {
  const { trans, format } = useLabpool();
  return (
    <dl className="lp-Facts">
      <At label={trans.__('Launched')} at={run.created_at} />
      <At label={trans.__('Started')} at={run.started_at} />
      <At label={trans.__('Ended')} at={run.ended_at} />
      {run.started_at !== null && <Spans run={run} started={run.started_at} />}
      {run.attempt > 0 && (
        <Fact label={trans.__('Attempt')}>
          {trans.__(
            '%1 of %2',
            format.number(run.attempt),
            format.number(Math.max(run.max_attempts, run.attempt))
          )}
        </Fact>
      )}
    </dl>
  );
}

/** What changes each second. */
function Spans(props: {
  readonly run: Run;
  readonly started: string;
}): React.ReactElement {
  const { trans, format, session } = useLabpool();
  useClock(1);
  const { run, started } = props;
  const end = run.ended_at === null ? Date.now() : Date.parse(run.ended_at);
  const { leftS } = session.paces.of(run);
  const retryS =
    run.state === 'interrupted' && run.retry_at !== null
      ? (Date.parse(run.retry_at) - Date.now()) / 1000
      : null;
  return (
    <>
      <Fact label={hasEnded(run.state) ? trans.__('Took') : trans.__('Elapsed')}>
        {format.duration((end - Date.parse(started)) / 1000)}
      </Fact>
      {leftS !== null && leftS >= 1 && (
        <Fact label={trans.__('Left')}>
          {trans.__('about %1', format.duration(leftS))}
        </Fact>
      )}
      {retryS !== null && (
        <Fact label={trans.__('Goes on in')}>{format.duration(retryS)}</Fact>
      )}
    </>
  );
}

function At(props: {
  readonly label: string;
  readonly at: string | null;
}): React.ReactElement | null {
  const { format } = useLabpool();
  const { label, at } = props;
  return at === null ? null : (
    <Fact label={label}>
      <time dateTime={at} title={at}>
        {format.date(at)}
      </time>
    </Fact>
  );
}

/** A name and a value below it. */
export function Fact(props: {
  readonly label: React.ReactNode;
  readonly children: React.ReactNode;
}): React.ReactElement {
  return (
    <div>
      <dt>{props.label}</dt>
      <dd>{props.children}</dd>
    </div>
  );
}
