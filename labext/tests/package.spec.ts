/// <reference types="node" />
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, it } from 'vitest';

interface Package {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly jupyterlab: {
    readonly sharedPackages: Readonly<
      Record<string, false | { readonly requiredVersion: string }>
    >;
  };
}

const about = JSON.parse(
  readFileSync(join(import.meta.dirname, '../package.json'), 'utf8')
) as Package;

it('asks every JupyterLab that it works in for no newer parts than that has', () => {
  // Without these, the builder asks for the version that it is made of itself.
  const ours = Object.entries(about.dependencies).filter(([name]) =>
    name.startsWith('@jupyterlab/')
  );
  const asked = ours.map(([name]) => [name, about.jupyterlab.sharedPackages[name]]);
  expect(asked).toEqual(
    ours.map(([name, requiredVersion]) => [name, { requiredVersion }])
  );
});
