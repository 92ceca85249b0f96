import { checkIcon, downloadIcon, refreshIcon } from '@jupyterlab/ui-components';
import * as React from 'react';

import { ApiError, messageOf } from '../api/error';
import type { CatalogItem } from '../api/types';
import type { Trouble } from '../model/resources';
import { type Reason, statusWord } from '../text/hub';
import { CopyButton } from '../views/copy';
import { useLabpool } from '../views/widget';
import { Button } from './button';
import { useResources } from './context';
import { Downloading } from './downloading';
import { useDownload } from './launch';
import { OpenRun } from './openRun';
import { ReasonBox } from './reason';
import { UseIt } from './useIt';

/** How an entry stands, and what can be done about it. */
export function CardState(props: { readonly item: CatalogItem }): React.ReactElement {
  const { item } = props;
  const resources = useResources();
  const stand = resources.stand(item);
  const trouble = resources.trouble(item.id);
  return (
    <div className="lp-Card-state" data-status={stand.status}>
      {trouble && <TroubleBox item={item} trouble={trouble} />}
      {!trouble && stand.error && (
        <ReasonBox item={item} reason={stand.error}>
          <OpenRun id={stand.runId} />
        </ReasonBox>
      )}
      {stand.status === 'downloading' ? (
        <Downloading item={item} runId={stand.runId} />
      ) : stand.status === 'ready' ? (
        <Ready item={item} />
      ) : (
        <Fetch item={item} isAgain={stand.status === 'error'} />
      )}
    </div>
  );
}

function Ready(props: { readonly item: CatalogItem }): React.ReactElement {
  const { trans } = useLabpool();
  const { assets } = useResources();
  const { item } = props;
  const path = assets.value?.items.find(one => one.id === item.asset_id)?.path ?? '';
  return (
    <>
      <div className="lp-Card-ready">
        <checkIcon.react tag="span" aria-hidden="true" />
        <strong>{statusWord('ready', trans)}</strong>
        {path !== '' && (
          <>
            <bdi className="lp-Card-path lp-Code" dir="ltr" title={path}>
              {path}
            </bdi>
            <CopyButton isSmall label={trans.__('Copy path')} text={() => path} />
          </>
        )}
      </div>
      <div className="lp-Card-buttons">
        <UseIt item={item} />
      </div>
    </>
  );
}

function Fetch(props: {
  readonly item: CatalogItem;
  readonly isAgain: boolean;
}): React.ReactElement {
  const { trans, session } = useLabpool();
  const { start, isBusy } = useDownload(props.item);
  const { isAgain } = props;
  return (
    <div className="lp-Card-buttons">
      <Button
        icon={isAgain ? refreshIcon : downloadIcon}
        label={
          isBusy
            ? trans.__('Asking…')
            : isAgain
              ? trans.__('Retry')
              : trans.__('Download')
        }
        isOff={isBusy || session.link !== 'live'}
        press={start}
      />
    </div>
  );
}

/** Why the button did nothing. */
function TroubleBox(props: {
  readonly item: CatalogItem;
  readonly trouble: Trouble;
}): React.ReactElement {
  const { error } = props.trouble;
  const reason: Reason =
    error instanceof ApiError
      ? error
      : { code: '', message: messageOf(error), details: {} };
  const others = reason.details['run_ids'];
  const other: unknown = Array.isArray(others) ? others[0] : undefined;
  return (
    <ReasonBox item={props.item} reason={reason} isNews>
      {typeof other === 'string' && <OpenRun id={other} />}
    </ReasonBox>
  );
}
