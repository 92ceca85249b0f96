import '../../style/resources.css';

import * as React from 'react';

import type { Link } from '../model/link';
import { Resources } from '../model/resources';
import { LinkNote } from '../views/notes';
import { useLabpool, useSignal } from '../views/widget';
import { Assets } from './assets';
import { CatalogSection } from './catalog';
import { ResourcesProvider } from './context';
import type { Sight } from './sight';
import { Totals } from './totals';

/** Where there is nothing to show but one message. */
const SHUT: readonly Link[] = ['missing', 'refused', 'failed'];

/** What can be had, and what is kept. Loaded when it is first opened. */
export default function Page(props: { readonly sight: Sight }): React.ReactElement {
  const { session, trans } = useLabpool();
  useSignal(session.linkChanged);
  const resources = useModel(props.sight);
  const isShut = SHUT.includes(session.link);
  return (
    <div className="lp-Resources" role="group" aria-label={trans.__('Resources')}>
      <LinkNote />
      {!isShut && resources && (
        <ResourcesProvider value={resources}>
          <Totals />
          <CatalogSection />
          <Assets />
        </ResourcesProvider>
      )}
    </div>
  );
}

/** The model lives as long as the page is open. */
function useModel(sight: Sight): Resources | null {
  const { api, session } = useLabpool();
  const [resources, setResources] = React.useState<Resources | null>(null);
  React.useEffect(() => {
    const made = new Resources(api, session);
    const look = (): void => {
      made.setSeen(sight.isSeen);
    };
    look();
    sight.changed.connect(look);
    setResources(made);
    return () => {
      sight.changed.disconnect(look);
      made.dispose();
    };
  }, [api, session, sight]);
  return resources;
}
