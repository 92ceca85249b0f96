import { refreshIcon } from '@jupyterlab/ui-components';
import * as React from 'react';

import { hasEnded, type Item } from '../api/types';
import type { RunDetail } from '../model/runDetail';
import { Button } from '../resources/button';
import { gapFactWord, reasonWord } from '../text/items';
import { useLabpool, useSignal } from '../views/widget';
import { Fact } from './head';
import { FieldList } from './fieldList';
import { useRetry } from './retry';

const PICTURE = /\.(png|jpe?g|webp|gif)$/i;

/** All there is to know of an item. */
export function ItemDetails(props: {
  readonly item: Item;
  readonly detail: RunDetail;
  readonly showRecords: (item: string) => void;
}): React.ReactElement {
  const { trans, format } = useLabpool();
  const { item, detail } = props;
  return (
    <>
      {item.message !== '' && (
        <p className="lp-Unfolded-message" dir="auto">
          {item.message}{' '}
          {item.reason !== '' && <bdi className="lp-Code lp-Dim">{item.reason}</bdi>}
        </p>
      )}
      <Gaps gaps={item.gaps} />
      <FieldList data={item.target} />
      <dl className="lp-Facts lp-Dim">
        {item.worker !== '' && (
          <Fact label={trans.__('Worker')}>
            <bdi>{item.worker}</bdi>
          </Fact>
        )}
        <Fact label={trans.__('Tries')}>{format.number(item.tries)}</Fact>
        <Fact label={trans.__('Broken')}>{format.number(item.broken)}</Fact>
        <Fact label={trans.__('Time')}>{format.moment(item.at)}</Fact>
        {item.depth > 0 && (
          <Fact label={trans.__('Links from the start')}>
            {format.number(item.depth)}
          </Fact>
        )}
      </dl>
      <Kept id={detail.id} artifact={item.artifact} />
      <ItemButtons {...props} />
    </>
  );
}

/** What is missing of an item, each with what is known of it. */
function Gaps(props: { readonly gaps: Item['gaps'] }): React.ReactElement | null {
  const { trans, format } = useLabpool();
  return props.gaps.length === 0 ? null : (
    <ul className="lp-Gaps" aria-label={trans.__('Gaps')}>
      {props.gaps.map((gap, index) => (
        <li key={index}>
          <span title={gap.code}>{reasonWord(gap.code, trans)}</span>
          <dl className="lp-Facts lp-Dim">
            {Object.entries(gap.args).map(([name, value]) => (
              <Fact key={name} label={gapFactWord(name, trans)}>
                <bdi>
                  {typeof value === 'number' ? (
                    format.number(value)
                  ) : (
                    <Told text={value} />
                  )}
                </bdi>
              </Fact>
            ))}
          </dl>
        </li>
      ))}
    </ul>
  );
}

/** A text; an address is a link. */
function Told({ text }: { readonly text: string }): React.ReactElement {
  return /^https?:\/\//.test(text) ? (
    <a href={text} target="_blank" rel="noreferrer noopener">
      {text}
    </a>
  ) : (
    <>{text}</>
  );
}

/** What was kept of an item: the picture of its page, or what the site answered. */
function Kept(props: {
  readonly id: string;
  readonly artifact: string | null;
}): React.ReactElement | null {
  const { trans, api } = useLabpool();
  const { id, artifact } = props;
  const [isGone, setGone] = React.useState(false);
  if (artifact === null) {
    return null;
  }
  const url = api.runFileUrl(id, artifact);
  const isPicture = PICTURE.test(artifact) && !isGone;
  return (
    <p className="lp-Kept">
      <a href={url} target="_blank" rel="noreferrer noopener">
        {isPicture ? (
          <img
            src={url}
            loading="lazy"
            alt={trans.__('The page as it was seen')}
            onError={() => {
              setGone(true);
            }}
          />
        ) : (
          trans.__('Open what was kept of it')
        )}
      </a>
      <bdi className="lp-Code lp-Dim">{artifact}</bdi>
    </p>
  );
}

function ItemButtons(props: {
  readonly item: Item;
  readonly detail: RunDetail;
  readonly showRecords: (item: string) => void;
}): React.ReactElement | null {
  const { trans } = useLabpool();
  const { item, detail, showRecords } = props;
  useSignal(detail.changed);
  const { retry, isOff } = useRetry(detail);
  const { run, phase } = detail;
  const { state } = item;
  const isOver = run !== null && hasEnded(run.state) && phase !== 'deleted';
  return (
    <div className="lp-Unfolded-buttons">
      {isOver && (state === 'failed' || state === 'partial') && (
        <Button
          icon={refreshIcon}
          label={trans.__('Retry')}
          name={trans.__('Retry %1', item.id)}
          isOff={isOff}
          press={() => {
            retry([state], [item.id]);
          }}
        />
      )}
      {item.records > 0 && (
        <button
          type="button"
          className="lp-Link"
          onClick={() => {
            showRecords(item.id);
          }}
        >
          {trans.__('Show its records')}
        </button>
      )}
    </div>
  );
}
