import type { Dialog } from '@jupyterlab/apputils';
import * as React from 'react';

import type { ILabpool } from '../tokens';
import { ask } from '../views/dialog';
import { LabpoolWidget, useLabpool } from '../views/widget';

const TOKENS_PAGE = 'https://huggingface.co/settings/tokens';

/** Characters of a token: printable ASCII without a space, 8 at least. */
const TOKEN = '\\s*[!-~]{8,4096}\\s*';

/** Asks for a token at the Hub; null where none is given. */
export async function askToken(labpool: ILabpool): Promise<string | null> {
  const { trans } = labpool;
  const token = await ask(labpool, {
    title: trans.__('Your Token at the Hub'),
    body: new TokenBody(labpool),
    accept: trans.__('Keep and Download')
  });
  return typeof token === 'string' && token !== '' ? token : null;
}

class TokenBody extends LabpoolWidget implements Dialog.IBodyWidget {
  constructor(labpool: ILabpool) {
    super(labpool, <TokenField />);
    this.addClass('lp-Question');
  }

  /** What was typed. */
  getValue(): string {
    return this.node.querySelector('input')?.value.trim() ?? '';
  }
}

function TokenField(): React.ReactElement {
  const { trans } = useLabpool();
  const about = React.useId();
  return (
    <>
      <p id={about}>
        {trans.__(
          'The owner of this repository wants to know who downloads it. Accept the terms on its page at the Hub, then paste a token that may read it.'
        )}
      </p>
      <label>
        {trans.__('Token')}
        <input
          type="password"
          className="jp-mod-styled"
          dir="ltr"
          autoComplete="off"
          spellCheck={false}
          placeholder="hf_…"
          required
          pattern={TOKEN}
          aria-describedby={about}
        />
      </label>
      <p className="lp-Dim">
        {trans.__(
          'The server keeps it encrypted, for your downloads only. It is not written to any log.'
        )}{' '}
        <a href={TOKENS_PAGE} target="_blank" rel="noreferrer noopener">
          {trans.__('Where do I get a token?')}
        </a>
      </p>
    </>
  );
}
