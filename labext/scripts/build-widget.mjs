// Bundles the notebook widget: one ES module and one style sheet, with no import
// left in them, because a notebook front end cannot resolve any.
import { build } from 'esbuild';

await build({
  entryPoints: ['src/widget/run.ts'],
  outdir: '../kernel_tools/labpool/client/widgets/static',
  bundle: true,
  format: 'esm',
  target: 'es2022',
  minify: true,
  legalComments: 'inline',
  logLevel: 'warning'
});
