import type { Dialog } from '@jupyterlab/apputils';
import * as React from 'react';

import type { Run } from '../api/types';
import type { ILabpool } from '../tokens';
import { ask } from '../views/dialog';
import { LabpoolWidget, useLabpool } from '../views/widget';

/** Characters that a name may have. */
const LONGEST = 200;

/** Asks for another name of a run, and gives it. */
export async function renameRun(labpool: ILabpool, run: Run): Promise<void> {
  const { api, session, trans } = labpool;
  const name = await ask<string>(labpool, {
    title: trans.__('Rename Run'),
    body: new NameBody(labpool, run.name),
    accept: trans.__('Rename')
  });
  if (typeof name === 'string' && name !== '' && name !== run.name) {
    session.learn([await api.renameRun(run.id, name)]);
  }
}

class NameBody extends LabpoolWidget implements Dialog.IBodyWidget {
  constructor(labpool: ILabpool, name: string) {
    super(labpool, <NameField name={name} />);
    this.addClass('lp-Question');
  }

  /** What was typed. */
  getValue(): string {
    return this.node.querySelector('input')?.value.trim() ?? '';
  }
}

function NameField({ name }: { readonly name: string }): React.ReactElement {
  const { trans } = useLabpool();
  return (
    <label>
      {trans.__('Name')}
      <input
        type="text"
        className="jp-mod-styled"
        dir="auto"
        autoComplete="off"
        required
        maxLength={LONGEST}
        pattern=".*\S.*"
        defaultValue={name}
      />
    </label>
  );
}
