import type { Dialog } from '@jupyterlab/apputils';
import * as React from 'react';

import { attempt } from '../actions/attempt';
import type { Resources } from '../model/resources';
import type { ILabpool } from '../tokens';
import { ask } from '../views/dialog';
import { LabpoolWidget, useLabpool } from '../views/widget';

/** Checkpoints of each run that are kept unless somebody says otherwise. */
const KEEP = 2;
const MOST = 1000;

/** Deletes older checkpoints after a question, and says what that freed. */
export async function prune(
  labpool: ILabpool,
  resources: Resources,
  say: (words: string) => void
): Promise<void> {
  const { api, trans, format } = labpool;
  const keep = await ask(labpool, {
    title: trans.__('Prune Checkpoints'),
    body: new PruneBody(labpool),
    accept: trans.__('Delete'),
    warns: true,
    types: true
  });
  if (keep === null || keep === true) {
    return;
  }
  const removed = await attempt(() => api.pruneCheckpoints(keep));
  if (removed) {
    const count = removed.ids.length;
    say(
      count === 0
        ? trans.__('No checkpoint had to go.')
        : trans._n(
            '%2 checkpoint deleted; %3 are free again.',
            '%2 checkpoints deleted; %3 are free again.',
            count,
            format.number(count),
            format.count(removed.freed_bytes, 'byte')
          )
    );
    resources.refresh();
  }
}

class PruneBody extends LabpoolWidget implements Dialog.IBodyWidget<number> {
  constructor(labpool: ILabpool) {
    super(labpool, <Keep />);
    this.addClass('lp-Question');
  }

  /** How many of each run stay; the dialog takes no other number. */
  getValue(): number {
    return this.node.querySelector('input')?.valueAsNumber ?? KEEP;
  }
}

function Keep(): React.ReactElement {
  const { trans } = useLabpool();
  return (
    <>
      <label>
        {trans.__('Newest checkpoints of each run to keep')}
        <input
          type="number"
          className="jp-mod-styled"
          dir="ltr"
          min={1}
          max={MOST}
          step={1}
          required
          defaultValue={KEEP}
        />
      </label>
      <p className="lp-Dim">
        {trans.__(
          'The best and the last of each run stay as well, and so does what an active run uses. This cannot be undone.'
        )}
      </p>
    </>
  );
}
