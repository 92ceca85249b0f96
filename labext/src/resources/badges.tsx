import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import type { CatalogItem } from '../api/types';
import { useLabpool } from '../views/widget';

/** What to know before an entry is downloaded. */
export function Badges(props: { readonly item: CatalogItem }): React.ReactElement {
  const { trans, format } = useLabpool();
  const { gated, pickle, unverified } = props.item;
  return (
    <span className="lp-Badges">
      {gated && (
        <Badge
          word={trans.__('gated')}
          about={trans.__(
            'Its owner wants to know who downloads it: accept the terms on its page at the Hub, and give your token here once.'
          )}
        />
      )}
      {pickle && (
        <Badge
          warns
          word={trans.__('pickle')}
          about={trans.__(
            'Its weights come in Python’s pickle format, which can run code when it is loaded. Use it only if you trust its owner.'
          )}
        />
      )}
      {unverified.length > 0 && (
        <Badge
          word={trans.__('unverified')}
          about={trans.__(
            'Not compared with the Hub’s own page yet: %1.',
            unverified
              .map(fact => factName(fact, trans))
              .join(format.dir === 'rtl' ? '، ' : ', ')
          )}
        />
      )}
    </span>
  );
}

/** A word that explains itself to who points at it or comes to it with the keyboard. */
function Badge(props: {
  readonly word: string;
  readonly about: string;
  readonly warns?: boolean;
}): React.ReactElement {
  const { word, about, warns = false } = props;
  const id = React.useId();
  return (
    <span className="lp-Badge" data-warns={warns}>
      <span className="lp-Badge-word" role="note" tabIndex={0} aria-describedby={id}>
        {word}
      </span>
      <span id={id} className="lp-Badge-about" role="tooltip">
        {about}
      </span>
    </span>
  );
}

function factName(fact: string, trans: TranslationBundle): string {
  const known: Readonly<Record<string, string>> = {
    allow_patterns: trans.__('list of files'),
    gated: trans.__('whether it is gated'),
    languages: trans.__('languages'),
    license: trans.__('licence'),
    revision: trans.__('revision'),
    size_bytes: trans.__('size'),
    label_column: trans.__('label column'),
    splits: trans.__('splits'),
    text_column: trans.__('text column')
  };
  return known[fact] ?? fact;
}
