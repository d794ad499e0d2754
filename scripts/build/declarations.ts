/**
 * The types of the library `lorekeep` in one file, so that a strict consumer compiles them without
 * the types of tfjs, SQLite and other libraries that never show in its public face.
 */
import { copyFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { rolldown } from 'rolldown';
import { dts } from 'rolldown-plugin-dts';
import { publicPackages, ROOT } from './packages.ts';

export async function bundleDeclarations(compiled: string): Promise<void> {
  const cli = publicPackages().find(({ name }) => name === 'lorekeep')!;
  const out = join(compiled, 'types');
  const faces = new Map(publicPackages().map(({ name, folder }) => [name, join(compiled, folder, 'src/index.d.ts')]));
  const bundle = await rolldown({
    input: { index: join(compiled, cli.folder, 'src/index.d.ts') },
    external: (id) => !id.startsWith('.') && !id.startsWith('/') && !faces.has(id),
    plugins: [{ name: 'packages', resolveId: (id) => faces.get(id) }, dts({ dtsOnly: true, sourcemap: false })],
  });
  await bundle.write({ dir: out, format: 'esm' });
  await bundle.close();
  const dist = join(ROOT, cli.folder, 'dist');
  copyFileSync(join(out, 'index.d.ts'), join(dist, 'index.d.ts'));
  rmSync(join(dist, 'index.d.ts.map'));
}
