/** Builds the script into `dist/script/snippet.js`. The new file takes the place of the old one at once. */
import { renameSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const folder = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));

const built = folder(`dist/script-${process.pid}`);
try {
  await build({
    root: folder('browser'),
    configFile: false,
    logLevel: 'warn',
    build: {
      outDir: built,
      emptyOutDir: true,
      target: 'es2022',
      modulePreload: false,
      rollupOptions: {
        input: folder('browser/snippet.ts'),
        output: { format: 'iife', entryFileNames: 'snippet.js' },
      },
    },
  });
  rmSync(folder('dist/script'), { recursive: true, force: true });
  renameSync(built, folder('dist/script'));
} finally {
  rmSync(built, { recursive: true, force: true });
}
