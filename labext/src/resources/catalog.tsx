import * as React from 'react';

import type { CatalogItem, CatalogProblem } from '../api/types';
import { ALL_ENTRIES, languagesOf, passes } from '../model/catalog';
import { FocusKeeper } from '../views/list';
import { Note } from '../views/notes';
import { useLabpool, useSignal } from '../views/widget';
import { EntryCard } from './card';
import { CatalogFilter } from './catalogFilter';
import { useResources } from './context';

/** The catalog: models, then data sets, each on a card. */
export function CatalogSection(): React.ReactElement {
  const { trans } = useLabpool();
  const resources = useResources();
  useSignal(resources.changed);
  const [filter, setFilter] = React.useState(ALL_ENTRIES);
  const { value, problem } = resources.catalog;
  const items = value?.items ?? [];
  const shown = items.filter(item =>
    passes(item, resources.stand(item).status, filter)
  );
  return (
    <section className="lp-Catalog" aria-labelledby="lp-Catalog-title">
      <div className="lp-Resources-head">
        <h2 id="lp-Catalog-title">{trans.__('Catalog')}</h2>
        {items.length > 0 && (
          <CatalogFilter
            filter={filter}
            languages={languagesOf(items)}
            changed={setFilter}
          />
        )}
      </div>
      <Problems problems={value?.problems ?? []} />
      {problem !== '' && <Trouble problem={problem} />}
      {value === null && problem === '' && (
        <Note>{trans.__('Loading the catalog…')}</Note>
      )}
      {value !== null && shown.length === 0 && (
        <NoCards
          isEmpty={items.length === 0}
          clear={() => {
            setFilter(ALL_ENTRIES);
          }}
        />
      )}
      <FocusKeeper>
        <Cards title={trans.__('Models')} items={shown} kind="model" />
        <Cards title={trans.__('Data Sets')} items={shown} kind="dataset" />
      </FocusKeeper>
    </section>
  );
}

function Cards(props: {
  readonly title: string;
  readonly items: readonly CatalogItem[];
  readonly kind: CatalogItem['kind'];
}): React.ReactElement | null {
  const { format } = useLabpool();
  const items = props.items.filter(item => item.kind === props.kind);
  return items.length === 0 ? null : (
    <>
      <h3>
        {props.title} <span className="lp-Dim">{format.number(items.length)}</span>
      </h3>
      <ul className="lp-Cards" aria-label={props.title}>
        {items.map(item => (
          <EntryCard key={item.id} item={item} />
        ))}
      </ul>
    </>
  );
}

/** Why there is no card. */
function NoCards(props: {
  readonly isEmpty: boolean;
  readonly clear: () => void;
}): React.ReactElement {
  const { trans } = useLabpool();
  if (props.isEmpty) {
    return (
      <Note>
        {trans.__(
          'The catalog is empty. Whoever runs the server adds to it with the setting catalog_dirs.'
        )}
      </Note>
    );
  }
  const action = { label: trans.__('Clear Filter'), run: props.clear };
  return <Note action={action}>{trans.__('Nothing in the catalog matches.')}</Note>;
}

function Trouble(props: { readonly problem: string }): React.ReactElement {
  const { trans } = useLabpool();
  const { catalog } = useResources();
  const again = { label: trans.__('Try Again'), run: () => void catalog.ask() };
  return (
    <Note kind="error" action={again}>
      {trans.__('The catalog could not be loaded: %1', props.problem)}
    </Note>
  );
}

/** What is wrong with the catalog's files, for whoever keeps them. */
function Problems(props: {
  readonly problems: readonly CatalogProblem[];
}): React.ReactElement | null {
  const { trans, format } = useLabpool();
  const { problems } = props;
  const count = problems.length;
  return count === 0 ? null : (
    <details className="lp-CatalogProblems">
      <summary>
        {trans._n(
          '%2 problem in the catalog’s files; its entry is left out',
          '%2 problems in the catalog’s files; their entries are left out',
          count,
          format.number(count)
        )}
      </summary>
      <ul>
        {problems.map((one, at) => (
          <li key={at} dir="ltr">
            <span className="lp-Code">
              {one.file}
              {one.line > 0 && `:${one.line.toString()}`}:
            </span>{' '}
            {one.message}
          </li>
        ))}
      </ul>
    </details>
  );
}
