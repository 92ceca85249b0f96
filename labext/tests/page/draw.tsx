import { nullTranslator } from '@jupyterlab/translation';
import { CommandRegistry } from '@lumino/commands';
import * as React from 'react';
import { act } from 'react';
import { createRoot, type Root } from 'react-dom/client';

import type { Api } from '../../src/api/client';
import { KindBook } from '../../src/model/kindBook';
import { Opened } from '../../src/model/opened';
import type { Session } from '../../src/model/session';
import { ErrorVoice } from '../../src/text/errors';
import { createFormat } from '../../src/text/language';
import type { ILabpool } from '../../src/tokens';
import { LabpoolProvider } from '../../src/views/widget';
import { type FakeSession, settle } from './fake';

const roots: Root[] = [];

/** Takes away all that was drawn. */
export function undraw(): void {
  act(() => {
    roots.splice(0).forEach(root => {
      root.unmount();
    });
  });
}

/** Draws something of Labpool, and returns where. */
export async function draw(
  content: React.ReactElement,
  session: FakeSession,
  commands = new CommandRegistry()
): Promise<HTMLElement> {
  const labpool: ILabpool = {
    api: {} as Api,
    session: session as unknown as Session,
    trans: nullTranslator.load('labpool'),
    format: createFormat(nullTranslator),
    errors: new ErrorVoice(
      nullTranslator.load('labpool'),
      createFormat(nullTranslator)
    ),
    opened: new Opened(),
    kinds: new KindBook(
      { kinds: () => Promise.resolve([]) } as unknown as Api,
      session as unknown as Session,
      createFormat(nullTranslator)
    ),
    translator: nullTranslator,
    commands
  };
  const node = document.body.appendChild(document.createElement('div'));
  const root = createRoot(node);
  roots.push(root);
  await act(async () => {
    root.render(<LabpoolProvider value={labpool}>{content}</LabpoolProvider>);
    await settle();
  });
  return node;
}
