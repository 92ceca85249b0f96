import * as React from 'react';

import type { CatalogItem } from '../api/types';
import { isIn, textIn, type Texts } from '../model/catalog';
import { languageName } from '../text/hub';
import { Facts } from '../views/list';
import { useLabpool } from '../views/widget';
import { Badges } from './badges';
import { CardState } from './cardState';

/** The id of a card's node, for links to it. */
export function cardNode(id: string): string {
  return `lp-entry-${id}`;
}

/** One entry of the catalog: what it is, and how it stands here. */
export function EntryCard(props: { readonly item: CatalogItem }): React.ReactElement {
  const { trans, format } = useLabpool();
  const { item } = props;
  // A Persian text that begins with a Latin name is a Persian text.
  const dir = (texts: Texts): string =>
    isIn(texts, format.code) ? format.dir : 'auto';
  const facts = [
    format.count(item.size_bytes, 'byte'),
    item.license === 'unknown' ? trans.__('licence unknown') : item.license,
    ...item.languages.map(code => languageName(code, trans, format))
  ];
  return (
    <li
      id={cardNode(item.id)}
      className="lp-Card"
      data-row={item.id}
      data-kind={item.kind}
      tabIndex={-1}
    >
      <div className="lp-Card-head">
        <h4 dir={dir(item.title)}>{textIn(item.title, format.code)}</h4>
        <Badges item={item} />
      </div>
      <bdi className="lp-Card-id lp-Code" title={item.repo_id ?? item.id}>
        {item.id}
      </bdi>
      <p className="lp-Card-about" dir={dir(item.description)}>
        {textIn(item.description, format.code)}
      </p>
      <p className="lp-Card-facts">
        <Facts items={facts} />
      </p>
      <CardState item={item} />
    </li>
  );
}
