/**
 * The part of tfjs that models need, as one module inside `@lorekeep/graph`: the core with its
 * gradients and methods, and the names of the CPU kernels. `@tensorflow/tfjs` itself would add 250 MB
 * to an installation.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { rolldown } from 'rolldown';
import { ROOT } from './packages.ts';

const ENTRY = `
export * from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-core/dist/register_all_gradients.js';
import '@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops.js';
import '@tensorflow/tfjs-backend-cpu';
`;

export async function bundleTfjs(): Promise<void> {
  const dist = join(ROOT, 'packages', 'graph', 'dist');
  const fromGraph = createRequire(join(ROOT, 'packages', 'graph', 'package.json'));
  const fromTfjs = createRequire(fromGraph.resolve('@tensorflow/tfjs/package.json'));
  const bundle = await rolldown({
    input: 'tfjs-entry',
    platform: 'node',
    treeshake: true,
    resolve: { mainFields: ['module', 'main'] },
    plugins: [
      {
        name: 'entry',
        resolveId(id, importer) {
          if (id === 'tfjs-entry') return { id: '\0tfjs-entry' };
          if (importer === '\0tfjs-entry')
            return this.resolve(id, join(dirname(fromTfjs.resolve('@tensorflow/tfjs/package.json')), 'index.js'));
          return undefined;
        },
        load: (id) => (id === '\0tfjs-entry' ? ENTRY : undefined),
      },
    ],
  });
  // Names stay: the compiler recognises random functions by their names on the stack.
  const minify = { compress: false, mangle: false, codegen: true } as const;
  await bundle.write({ file: join(dist, 'tfjs.js'), format: 'esm', minify, comments: { legal: true } });
  await bundle.close();
  const comment = /\/\*\*[\s\S]*?\*\//.exec(readFileSync(join(dist, 'tf.js'), 'utf8'))?.[0] ?? '';
  writeFileSync(
    join(dist, 'tf.js'),
    `${comment}\nimport * as tfjs from './tfjs.js';\nexport const tf = tfjs;\ntf.env().set('PROD', true);\n`,
  );
}
