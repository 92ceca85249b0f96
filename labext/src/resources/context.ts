import * as React from 'react';

import type { Resources } from '../model/resources';

const Context = React.createContext<Resources | null>(null);

/** Gives everything inside the page's model. */
export const ResourcesProvider = Context.Provider;

/** The page's model; only inside the page. */
export function useResources(): Resources {
  const resources = React.useContext(Context);
  if (!resources) {
    throw new Error('A part of the resources page is used outside of it.');
  }
  return resources;
}
