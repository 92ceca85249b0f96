import type { Dialog } from '@jupyterlab/apputils';
import * as React from 'react';

import { attempt } from '../actions/attempt';
import type { Asset } from '../api/types';
import type { Resources } from '../model/resources';
import { isolated } from '../text/sentences';
import type { ILabpool } from '../tokens';
import { ask } from '../views/dialog';
import { LabpoolWidget, useLabpool } from '../views/widget';

/** Deletes an asset after a question, and says what that freed. */
export async function remove(
  labpool: ILabpool,
  resources: Resources,
  asset: Asset,
  say: (words: string) => void
): Promise<void> {
  const { api, trans, format } = labpool;
  const sure = await ask(labpool, {
    title: trans.__('Delete “%1”', isolated(asset.name)),
    body: new RemoveBody(labpool, asset),
    accept: trans.__('Delete'),
    warns: true,
    types: !asset.ours
  });
  if (sure === null) {
    return;
  }
  const name = asset.ours ? undefined : asset.name;
  const removed = await attempt(() => api.deleteAsset(asset.id, name));
  if (removed) {
    say(
      trans.__(
        'Deleted %1; %2 are free again.',
        isolated(asset.name),
        format.count(removed.freed_bytes, 'byte')
      )
    );
    resources.refresh();
  }
}

/** Says what goes; what Labpool did not bring has to be called by its name. */
class RemoveBody extends LabpoolWidget implements Dialog.IBodyWidget<true> {
  constructor(labpool: ILabpool, asset: Asset) {
    super(labpool, <Remove asset={asset} />);
    this.addClass('lp-Question');
  }

  /** The dialog takes no wrong name, so it was accepted. */
  getValue(): true {
    return true;
  }
}

function Remove(props: { readonly asset: Asset }): React.ReactElement {
  const { trans, format } = useLabpool();
  const { asset } = props;
  const size = format.count(asset.size_bytes, 'byte');
  return (
    <>
      <p>
        {asset.kind === 'checkpoint'
          ? trans.__('This frees %1. The checkpoint cannot be had again.', size)
          : trans.__(
              'This frees up to %1: files that others share stay. It can be downloaded again.',
              size
            )}
      </p>
      {!asset.ours && (
        <>
          <p>
            {trans.__(
              'Labpool did not bring this: another program may use it. To delete it all the same, type its name.'
            )}
          </p>
          <label>
            <bdi className="lp-Code">{asset.name}</bdi>
            <input
              type="text"
              className="jp-mod-styled"
              dir="ltr"
              autoComplete="off"
              spellCheck={false}
              required
              pattern={literal(asset.name)}
              aria-label={trans.__('Name of what is deleted')}
            />
          </label>
        </>
      )}
    </>
  );
}

/** A pattern that only this text matches. */
function literal(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}
