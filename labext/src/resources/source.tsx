import * as React from 'react';

import type { Asset } from '../api/types';
import { textIn } from '../model/catalog';
import { Commands } from '../tokens';
import { useCommands } from '../views/actions';
import { useLabpool } from '../views/widget';
import { cardNode } from './card';
import { useResources } from './context';

/** Where an asset comes from: a run, an entry of the catalog, or somebody else. */
export function Source(props: { readonly asset: Asset }): React.ReactElement {
  const { trans, format, session } = useLabpool();
  const { give } = useCommands();
  const resources = useResources();
  const { source, ours } = props.asset;
  if (source === '') {
    return (
      <span
        className="lp-Dim"
        title={trans.__('It was in the Hugging Face cache without Labpool.')}
      >
        {ours ? '–' : trans.__('Not from Labpool')}
      </span>
    );
  }
  const entry = resources.entry(source);
  return entry ? (
    <Link
      label={trans.__('Catalog: %1', source)}
      words={textIn(entry.title, format.code)}
      follow={() => {
        showCard(source);
      }}
    />
  ) : (
    <Link
      label={trans.__('Open the run %1', session.run(source)?.name ?? source)}
      words={session.run(source)?.name ?? source}
      follow={() => {
        give(Commands.openRun, { id: source });
      }}
    />
  );
}

function Link(props: {
  readonly words: string;
  readonly label: string;
  readonly follow: () => void;
}): React.ReactElement {
  return (
    <button
      type="button"
      className="lp-Link lp-AssetTable-source"
      aria-label={props.label}
      title={props.label}
      onClick={props.follow}
    >
      <bdi>{props.words}</bdi>
    </button>
  );
}

function showCard(id: string): void {
  const card = document.getElementById(cardNode(id));
  card?.scrollIntoView({ block: 'center' });
  card?.focus({ preventScroll: true });
}
