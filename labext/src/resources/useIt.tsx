import { runIcon } from '@jupyterlab/ui-components';
import * as React from 'react';

import type { CatalogItem } from '../api/types';
import { textIn } from '../model/catalog';
import { trainingFromEntry } from '../model/training';
import { python } from '../text/python';
import { Commands } from '../tokens';
import { useCommands } from '../views/actions';
import { CopyButton } from '../views/copy';
import { useLabpool } from '../views/widget';
import { Button } from './button';

/** What to do with an entry that is here. */
export function UseIt(props: { readonly item: CatalogItem }): React.ReactElement {
  const { trans, format } = useLabpool();
  const { can, give } = useCommands();
  const { item } = props;
  const args = { kind: 'train', params: trainingFromEntry(item) };
  return (
    <>
      {can(Commands.newRun, args) && (
        <Button
          icon={runIcon}
          label={trans.__('Train…')}
          name={trans.__('Train from %1', textIn(item.title, format.code))}
          press={() => {
            give(Commands.newRun, args);
          }}
        />
      )}
      <CopyButton label={trans.__('Copy Python')} text={() => pythonFor(item)} />
    </>
  );
}

/** Python that uses an entry in a notebook. */
export function pythonFor(item: CatalogItem): string {
  if (item.kind === 'dataset') {
    return `import labpool\n\npool = labpool.connect()\nrun = pool.train(dataset=${python(item.id)})\n`;
  }
  const repo = python(item.repo_id ?? item.id);
  return (
    'from transformers import AutoModel, AutoTokenizer\n\n' +
    `tokenizer = AutoTokenizer.from_pretrained(${repo})\n` +
    `model = AutoModel.from_pretrained(${repo})\n`
  );
}
