import * as React from 'react';

import type { CatalogItem } from '../api/types';
import type { EntryFilter } from '../model/catalog';
import { languageName, statusWord } from '../text/hub';
import { Choice, SearchField } from '../views/filter';
import { useLabpool } from '../views/widget';

const STATUSES: readonly CatalogItem['status'][] = [
  'ready',
  'downloading',
  'absent',
  'error'
];

/** Search in the catalog, and choices of kind, language and status. */
export function CatalogFilter(props: {
  readonly filter: EntryFilter;
  readonly languages: readonly string[];
  readonly changed: (filter: EntryFilter) => void;
}): React.ReactElement {
  const { trans, format } = useLabpool();
  const { filter, languages, changed } = props;
  const put = (change: Partial<EntryFilter>): void => {
    changed({ ...filter, ...change });
  };
  return (
    <div
      className="lp-Resources-filter"
      role="search"
      aria-label={trans.__('Filter the catalog')}
    >
      <SearchField
        value={filter.search}
        placeholder={trans.__('Search the catalog')}
        label={trans.__('Search the catalog by name and words')}
        changed={search => {
          put({ search });
        }}
      />
      <Choice
        label={trans.__('Kind')}
        all={trans.__('All kinds')}
        value={filter.kind}
        options={[
          ['model', trans.__('Models')],
          ['dataset', trans.__('Data Sets')]
        ]}
        changed={kind => {
          put({ kind });
        }}
      />
      <Choice
        label={trans.__('Language')}
        all={trans.__('All languages')}
        value={filter.language}
        options={languages.map(code => [code, languageName(code, trans, format)])}
        changed={language => {
          put({ language });
        }}
      />
      <Choice
        label={trans.__('Status')}
        all={trans.__('Here or not')}
        value={filter.status}
        options={STATUSES.map(status => [status, statusWord(status, trans)])}
        changed={status => {
          put({ status });
        }}
      />
    </div>
  );
}
