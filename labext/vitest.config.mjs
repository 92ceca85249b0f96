import { readFileSync } from 'node:fs';

import { defineConfig } from 'vitest/config';

/** Icons are imported as their text, as JupyterLab's builder does. */
const svg = {
  name: 'svg',
  enforce: 'pre',
  load: id =>
    id.endsWith('.svg')
      ? `export default ${JSON.stringify(readFileSync(id, 'utf8'))}`
      : undefined
};

export default defineConfig({
  plugins: [svg],
  test: {
    environment: 'happy-dom',
    include: ['tests/**/*.spec.{ts,tsx}'],
    server: { deps: { inline: [/@jupyterlab\//] } }
  }
});
