import type { Dialog } from '@jupyterlab/apputils';
import * as React from 'react';

import { attempt } from '../actions/attempt';
import { messageOf } from '../api/error';
import type { Resources } from '../model/resources';
import type { ILabpool } from '../tokens';
import { ask } from '../views/dialog';
import { NumberInput, type Typed } from '../views/number';
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
    const box = { keep: KEEP };
    const told = (keep: number): void => {
      box.keep = keep;
    };
    super(labpool, <Keep told={told} />);
    this.box = box;
    this.addClass('lp-Question');
  }

  /** How many of each run stay; the dialog closes over no other number. */
  getValue(): number {
    return this.box.keep;
  }

  private readonly box: { readonly keep: number };
}

function Keep(props: { readonly told: (keep: number) => void }): React.ReactElement {
  const { trans } = useLabpool();
  const [keep, setKeep] = React.useState<Typed>(KEEP);
  return (
    <>
      <label>
        {trans.__('Newest checkpoints of each run to keep')}
        <NumberInput
          className="jp-mod-styled"
          counts
          min={1}
          max={MOST}
          required
          value={keep}
          change={typed => {
            setKeep(typed);
            if (typeof typed === 'number') {
              props.told(typed);
            }
          }}
        />
      </label>
      {typeof keep === 'number' && <Preview keep={keep} />}
      <p className="lp-Dim">
        {trans.__(
          'The best and the last of each run stay as well, and so does what an active run uses. This cannot be undone.'
        )}
      </p>
    </>
  );
}

/** What would go, and what that would free, before anybody says yes. */
function Preview({ keep }: { readonly keep: number }): React.ReactElement {
  const { api, trans, format } = useLabpool();
  const [words, setWords] = React.useState('');
  React.useEffect(() => {
    let isLatest = true;
    const tell = (told: string): void => {
      if (isLatest) {
        setWords(told);
      }
    };
    api.pruneCheckpoints(keep, true).then(
      ({ ids, freed_bytes: freed }) => {
        tell(
          ids.length === 0
            ? trans.__('No checkpoint has to go.')
            : trans._n(
                '%2 checkpoint will be deleted; %3 will be free again.',
                '%2 checkpoints will be deleted; %3 will be free again.',
                ids.length,
                format.number(ids.length),
                format.count(freed, 'byte')
              )
        );
      },
      (error: unknown) => {
        tell(messageOf(error));
      }
    );
    return () => {
      isLatest = false;
    };
  }, [api, trans, format, keep]);
  return (
    <p className="lp-Prune-preview" role="status">
      {words === '' ? trans.__('Counting…') : words}
    </p>
  );
}
