// One file for VS Code to load; `--watch` keeps it fresh while you work.
import { context } from 'esbuild';

const made = await context({
  entryPoints: { extension: 'src/extension.ts' },
  outdir: 'out',
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  external: ['vscode'],
  minify: true,
  legalComments: 'none',
  logLevel: 'warning',
});
if (process.argv.includes('--watch')) {
  await made.watch();
} else {
  await made.rebuild();
  await made.dispose();
}
