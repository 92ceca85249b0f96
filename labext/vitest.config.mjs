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

/** The web components of JupyterLab's toolbars need a browser with styles; no test has them. */
const toolkit = {
  name: 'toolkit',
  enforce: 'pre',
  resolveId: id =>
    /^@jupyter\/(web|react)-components$/.test(id) ? '\0toolkit' : undefined,
  load: id => (id === '\0toolkit' ? TOOLKIT : undefined)
};

const TOOLKIT = `
export const addJupyterLabThemeChangeListener = () => undefined;
export const allComponents = {};
export const jpButton = () => ({});
export const jpToolbar = () => ({});
export const provideJupyterDesignSystem = () => ({ register: () => undefined });
export const Button = 'button';
export const Search = 'input';
export const Toolbar = 'div';
`;

export default defineConfig({
  plugins: [svg, toolkit],
  test: {
    environment: 'happy-dom',
    include: ['tests/**/*.spec.{ts,tsx}'],
    server: { deps: { inline: [/@jupyter/] } }
  }
});
