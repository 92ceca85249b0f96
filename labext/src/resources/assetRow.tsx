import { deleteIcon, downloadIcon, runIcon } from '@jupyterlab/ui-components';
import * as React from 'react';

import type { Asset } from '../api/types';
import { trainingFromAsset } from '../model/training';
import { statusWord } from '../text/hub';
import { Commands } from '../tokens';
import { useCommands } from '../views/actions';
import { Facts } from '../views/list';
import { useLabpool } from '../views/widget';
import { kindWord } from './assetWords';
import { useResources } from './context';
import { remove } from './remove';
import { Source } from './source';

/** One asset, and what can be done with it. */
export function AssetRow(props: {
  readonly asset: Asset;
  readonly say: (words: string) => void;
}): React.ReactElement {
  const { trans, format } = useLabpool();
  const { asset } = props;
  const size = format.count(asset.size_bytes, 'byte');
  const kind = kindWord(asset.kind, trans);
  return (
    <tr data-row={asset.id} data-kind={asset.kind}>
      <th scope="row" data-column="name">
        <bdi className="lp-AssetTable-name" title={asset.path ?? asset.name}>
          {asset.name}
        </bdi>
        {/* In little room these stand for the columns that are left out. */}
        <span className="lp-AssetTable-brief">
          <Facts
            items={[
              asset.status === 'ready' ? '' : statusWord(asset.status, trans),
              kind,
              size,
              format.date(asset.created_at)
            ]}
          />
        </span>
      </th>
      <td data-column="kind">{kind}</td>
      <td data-column="size">{size}</td>
      <td data-column="status">
        <span className="lp-AssetStatus" data-status={asset.status}>
          {statusWord(asset.status, trans)}
        </span>
      </td>
      <td data-column="source">
        <Source asset={asset} />
      </td>
      <td data-column="created">
        <time dateTime={asset.created_at} title={asset.created_at}>
          {format.date(asset.created_at)}
        </time>
      </td>
      <td data-column="actions">
        <Actions {...props} />
      </td>
    </tr>
  );
}

function Actions(props: {
  readonly asset: Asset;
  readonly say: (words: string) => void;
}): React.ReactElement {
  const labpool = useLabpool();
  const resources = useResources();
  const { can, give } = useCommands();
  const { trans, api } = labpool;
  const { asset, say } = props;
  const params = trainingFromAsset(asset, resources.entry(asset.source));
  const args = params && { kind: 'train', params };
  return (
    <div className="lp-AssetTable-actions">
      {args && can(Commands.newRun, args) && (
        <button
          type="button"
          className="lp-IconButton"
          title={trans.__('Train from It…')}
          aria-label={trans.__('Train from %1', asset.name)}
          onClick={() => {
            give(Commands.newRun, args);
          }}
        >
          <runIcon.react tag="span" />
        </button>
      )}
      {asset.status === 'ready' && (
        <a
          className="lp-IconButton"
          href={api.archiveUrl(asset.id)}
          download
          title={trans.__('Download as an Archive')}
          aria-label={trans.__('Download %1 as an archive', asset.name)}
        >
          <downloadIcon.react tag="span" />
        </a>
      )}
      {asset.status !== 'downloading' && (
        <button
          type="button"
          className="lp-IconButton"
          title={trans.__('Delete…')}
          aria-label={trans.__('Delete %1', asset.name)}
          onClick={() => {
            void remove(labpool, resources, asset, say);
          }}
        >
          <deleteIcon.react tag="span" />
        </button>
      )}
    </div>
  );
}
