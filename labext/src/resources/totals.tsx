import * as React from 'react';

import type { AssetTotals } from '../api/types';
import { Note } from '../views/notes';
import { useLabpool, useSignal } from '../views/widget';
import { TABLE_TITLE } from './assets';
import { useResources } from './context';

/** How much is kept, on small cards. */
export function Totals(): React.ReactElement {
  const { trans } = useLabpool();
  const resources = useResources();
  useSignal(resources.changed);
  const { value, problem } = resources.totals;
  const again = {
    label: trans.__('Try Again'),
    run: () => void resources.totals.ask()
  };
  return (
    <section aria-label={trans.__('Totals')}>
      {problem !== '' && (
        <Note kind="error" action={again}>
          {trans.__('The totals could not be loaded: %1', problem)}
        </Note>
      )}
      {(value !== null || problem === '') && <Cards totals={value} />}
    </section>
  );
}

function Cards(props: { readonly totals: AssetTotals | null }): React.ReactElement {
  const { trans, format } = useLabpool();
  const { totals } = props;
  const told = (figure: (totals: AssetTotals) => string): string =>
    totals ? figure(totals) : '…';
  const parts = totals?.parts ?? 0;
  return (
    <dl className="lp-Totals">
      <Card
        label={
          <button type="button" className="lp-Link" onClick={showTable}>
            {trans.__('Assets')}
          </button>
        }
      >
        {told(all => format.number(all.count))}
      </Card>
      <Card label={trans.__('Ready to use')}>
        {told(all => format.number(all.ready))}
      </Card>
      <Card label={trans.__('On disk')}>
        {told(all => format.count(all.size_bytes, 'byte'))}
      </Card>
      <Card label={trans.__('Downloads this month')}>
        {told(all => format.number(all.downloads_this_month))}
      </Card>
      {parts > 0 && (
        <Card
          label={trans.__('Half-done files')}
          about={trans.__(
            'Left by downloads that stopped. The next try goes on from there; after some days they are thrown away.'
          )}
        >
          {format.number(parts)}
          <small>{told(all => format.count(all.parts_bytes, 'byte'))}</small>
        </Card>
      )}
    </dl>
  );
}

/** The catalog in between may be long. */
function showTable(): void {
  const title = document.getElementById(TABLE_TITLE);
  title?.scrollIntoView({ block: 'start' });
  title?.focus({ preventScroll: true });
}

function Card(props: {
  readonly label: React.ReactNode;
  readonly about?: string;
  readonly children: React.ReactNode;
}): React.ReactElement {
  return (
    <div className="lp-Total" title={props.about}>
      <dt>{props.label}</dt>
      <dd>{props.children}</dd>
    </div>
  );
}
