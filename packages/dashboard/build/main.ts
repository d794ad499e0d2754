/**
 * Builds the page into `dist/page/`, as three files with fixed names: `pnpm dashboard` in the root of
 * the checkout. The new files take the place of the old ones at once.
 */
import { renameSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const folder = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));

const built = folder(`dist/page-${process.pid}`);
try {
  await build({
    root: folder('page'),
    configFile: false,
    logLevel: 'warn',
    // Relative to the page, which is below a path where one process serves many shops.
    base: './',
    experimental: {
      renderBuiltUrl: (file, { hostType }) => (hostType === 'html' ? `./dashboard/${file}` : { relative: true }),
    },
    oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
    build: {
      outDir: built,
      emptyOutDir: true,
      modulePreload: false,
      // One file each: no image or font of its own, and nothing inline that the page's policy refuses.
      assetsInlineLimit: 0,
      rollupOptions: {
        output: {
          entryFileNames: 'page.js',
          assetFileNames: ({ names: [name = ''] }) => (name.endsWith('.css') ? 'page.css' : '[name][extname]'),
        },
      },
    },
  });
  rmSync(folder('dist/page'), { recursive: true, force: true });
  renameSync(built, folder('dist/page'));
} finally {
  rmSync(built, { recursive: true, force: true });
}
