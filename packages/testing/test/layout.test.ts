/**
 * The layout of the repository: imports go downward, packages meet at their public faces, nothing
 * is circular, and no file or folder outgrows a reader. `docs/explanation/design.md` explains the layers.
 */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** A package imports only from layers below its own. */
const LAYERS = [
  ['@lorekeep/core', '@lorekeep/client'],
  ['@lorekeep/store', '@lorekeep/graph', '@lorekeep/vector-index'],
  ['@lorekeep/encoder', '@lorekeep/datasets', '@lorekeep/evaluation', '@lorekeep/experiments'],
  ['@lorekeep/linear'],
  ['@lorekeep/towers', '@lorekeep/ranking'],
  ['@lorekeep/knowledge'],
  ['@lorekeep/recommender'],
  ['@lorekeep/workspace', '@lorekeep/report', '@lorekeep/testing', '@lorekeep/dashboard', '@lorekeep/snippet'],
  ['@lorekeep/serving'],
  ['lorekeep'],
  ['@lorekeep/benchmarks'],
];
const MAX_LINES = 400;
const MAX_FILES = 15;

interface Package {
  name: string;
  folder: string;
  manifest: {
    exports: Record<string, string>;
    dependencies?: Record<string, string>;
    peerDependencies?: Record<string, string>;
    devDependencies?: Record<string, string>;
  };
}

interface Import {
  specifier: string;
  /** Only types: it is gone at run time. */
  isType: boolean;
}

const packages: Package[] = globSync(['packages/*/package.json', 'datasets/package.json', 'benchmarks/package.json'], {
  cwd: ROOT,
}).map((path) => {
  const manifest = JSON.parse(readFileSync(join(ROOT, path), 'utf8'));
  return { name: manifest.name, folder: dirname(path), manifest };
});

const sources = (folder: string) =>
  globSync(`${folder}/**/*.ts`, { cwd: ROOT }).filter((f) => !/node_modules|\/dist\//.test(f));
const textOf = (file: string) => readFileSync(join(ROOT, file), 'utf8');

function importsOf(file: string): Import[] {
  const found: Import[] = [];
  const statement = /^(?:import|export)\s+(type\s)?([^'";]*?)\s*from\s+'([^']+)'/gm;
  for (const [, typeOnly, clause, specifier] of textOf(file).matchAll(statement)) {
    const names = /\{([^}]*)\}/
      .exec(clause)?.[1]
      .split(',')
      .map((name) => name.trim()) ?? [''];
    const areTypes =
      names.filter((name) => name !== '').every((name) => name.startsWith('type ')) && clause.includes('{');
    found.push({ specifier, isType: typeOnly !== undefined || (areTypes && !/^\w/.test(clause)) });
  }
  for (const [, specifier] of textOf(file).matchAll(/^import '([^']+)'/gm)) found.push({ specifier, isType: false });
  return found;
}

/** `await import('…')` loads later: it is a dependency and no circle. */
const lazyImportsOf = (file: string) =>
  [...textOf(file).matchAll(/\bimport\('([\w@./:-]+)'\)/g)].map(([, specifier]) => specifier);

const layerOf = (name: string) => LAYERS.findIndex((layer) => layer.includes(name));
const isOurs = (specifier: string) => specifier === 'lorekeep' || specifier.startsWith('@lorekeep/');
/** `@scope/name/sub/path` → `@scope/name` */
const packageOf = (specifier: string) =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');

test('every package has a layer', () => {
  assert.deepEqual(packages.map(({ name }) => name).sort(), LAYERS.flat().sort());
});

test('imports between packages go to lower layers and to declared entry points', () => {
  const wrong: string[] = [];
  for (const { name, folder } of packages)
    for (const file of sources(`${folder}/src`))
      for (const specifier of [...importsOf(file).map((found) => found.specifier), ...lazyImportsOf(file)]) {
        if (specifier.startsWith('.')) {
          const target = normalize(join(dirname(file), specifier));
          if (!target.startsWith(`${folder}/src/`) && target !== `${folder}/package.json`)
            wrong.push(`${file} leaves its package: ${specifier}`);
        } else if (isOurs(specifier)) {
          const target = packages.find((other) => other.name === packageOf(specifier));
          const entry = specifier === target?.name ? '.' : `.${specifier.slice(target?.name.length)}`;
          if (target === undefined || !(entry in target.manifest.exports))
            wrong.push(`${file} imports ${specifier}, which is no entry point`);
          else if (layerOf(target.name) >= layerOf(name))
            wrong.push(`${file} imports ${specifier}, which is not below`);
        }
      }
  assert.deepEqual(wrong, []);
});

test('tests reach other packages through their entry points only', () => {
  const wrong = packages.flatMap(({ folder }) =>
    sources(`${folder}/test`).flatMap((file) =>
      [...importsOf(file).map((found) => found.specifier), ...lazyImportsOf(file)]
        .filter((specifier) => specifier.startsWith('.'))
        .map((specifier) => normalize(join(dirname(file), specifier)))
        .filter((target) => !target.startsWith(`${folder}/`))
        .map((target) => `${file} imports ${target}`),
    ),
  );
  assert.deepEqual(wrong, []);
});

test('examples import declared entry points only, as programs of users do', () => {
  const { dependencies } = JSON.parse(textOf('examples/package.json'));
  const wrong = sources('examples').flatMap((file) =>
    [...importsOf(file).map((found) => found.specifier), ...lazyImportsOf(file)]
      .filter((specifier) => !specifier.startsWith('node:'))
      .filter((specifier) => {
        if (specifier.startsWith('.')) return !normalize(join(dirname(file), specifier)).startsWith('examples/');
        const target = packages.find(({ name }) => name === packageOf(specifier));
        const entry = specifier === target?.name ? '.' : `.${specifier.slice(target?.name.length)}`;
        return target === undefined || !(target.name in dependencies) || !(entry in target.manifest.exports);
      })
      .map((specifier) => `${file} imports ${specifier}`),
  );
  assert.deepEqual(wrong, []);
});

test('declared dependencies are the imported ones', () => {
  for (const { name, folder, manifest } of packages) {
    const importedBy = (place: string) =>
      new Set(
        sources(`${folder}/${place}`)
          .flatMap((file) => [...importsOf(file).map((found) => found.specifier), ...lazyImportsOf(file)])
          .filter((specifier) => !specifier.startsWith('.') && !specifier.startsWith('node:'))
          .map(packageOf)
          .filter((specifier) => specifier !== name),
      );
    const used = importedBy('src');
    // A peer dependency that is optional is bundled when the package is built.
    const declared = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies });
    const missing = [...used].filter((dependency) => !declared.includes(dependency));
    assert.deepEqual(missing, [], `${folder}/package.json lacks dependencies of its sources`);
    // A package that is loaded by name, such as an optional adapter, is named in a string.
    const text = sources(`${folder}/src`).map(textOf).join('\n');
    const unused = declared.filter((dependency) => !used.has(dependency) && !text.includes(`'${dependency}'`));
    assert.deepEqual(unused, [], `${folder}/package.json declares what its sources do not import`);
    const known = [...declared, ...Object.keys(manifest.devDependencies ?? {})];
    const untold = [...importedBy('test')].filter((dependency) => !known.includes(dependency));
    assert.deepEqual(untold, [], `${folder}/package.json lacks dependencies of its tests`);
  }
});

/** Circles of a graph, each as the list of its nodes (Tarjan's strongly connected components). */
function circles(edges: ReadonlyMap<string, ReadonlySet<string>>): string[][] {
  const index = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const found: string[][] = [];
  function visit(node: string): void {
    index.set(node, index.size);
    low.set(node, index.get(node) as number);
    stack.push(node);
    for (const next of edges.get(node) ?? []) {
      if (!index.has(next)) visit(next);
      if (stack.includes(next)) low.set(node, Math.min(low.get(node) as number, low.get(next) as number));
    }
    if (low.get(node) !== index.get(node)) return;
    const component = stack.splice(stack.indexOf(node));
    if (component.length > 1) found.push(component.sort());
  }
  for (const node of edges.keys()) if (!index.has(node)) visit(node);
  return found;
}

/** File → files that it imports. */
function importGraph(wanted: (found: Import) => boolean): Map<string, Set<string>> {
  const edges = new Map<string, Set<string>>();
  for (const { folder } of packages)
    for (const file of sources(`${folder}/src`)) {
      const relative = importsOf(file).filter((found) => found.specifier.startsWith('.') && wanted(found));
      edges.set(file, new Set(relative.map(({ specifier }) => normalize(join(dirname(file), specifier)))));
    }
  return edges;
}

test('no circle of files that import values', () => {
  assert.deepEqual(circles(importGraph(({ isType }) => !isType)), []);
});

test('no circle of files in different folders, types included', () => {
  const across = circles(importGraph(() => true)).filter((files) => new Set(files.map(dirname)).size > 1);
  assert.deepEqual(across, []);
});

test(`files have at most ${MAX_LINES} lines, folders at most ${MAX_FILES} files`, () => {
  const files = packages.flatMap(({ folder }) => sources(folder)).concat(sources('scripts'), sources('examples'));
  const isData = (file: string) => /vocabulary|departments|fixtures|generated/.test(file);
  const long = files.filter((file) => !isData(file) && textOf(file).split('\n').length - 1 > MAX_LINES);
  assert.deepEqual(long, []);
  const counts = new Map<string, number>();
  for (const file of files) counts.set(dirname(file), (counts.get(dirname(file)) ?? 0) + 1);
  const full = [...counts].filter(([, count]) => count > MAX_FILES);
  assert.deepEqual(full, []);
});
