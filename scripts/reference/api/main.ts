/**
 * Writes docs/reference/api/ from the docstrings of the public packages: `pnpm api [FOLDER]`. It
 * fails if a public name has no docstring, or if a link in a docstring leads nowhere.
 *
 * This folder is a package of the workspace, because TypeDoc needs a TypeScript with a JavaScript
 * API, which TypeScript 7 does not have.
 */
import { join, resolve } from 'node:path';
import { Application, LogLevel, ReflectionKind, type TypeDocOptions } from 'typedoc';
import type { PluginOptions } from 'typedoc-plugin-markdown';
import { publicPackages, ROOT } from '../../build/packages.ts';
import { apiTheme } from './theme.ts';

/** The library, and the packages with a contract that others implement. One page each. */
const FACES = [
  'packages/cli/src/index.ts',
  'packages/encoder/src/index.ts',
  'packages/encoder/src/conformance/conformance.ts',
  'packages/store/src/index.ts',
  'packages/store/src/conformance/suite.ts',
  'packages/vector-index/src/index.ts',
  'packages/vector-index/src/conformance/conformance.ts',
];

const OPTIONS: Partial<TypeDocOptions & PluginOptions> = {
  entryPoints: FACES.map((face) => join(ROOT, face)),
  tsconfig: join(ROOT, 'tsconfig.json'),
  plugin: ['typedoc-plugin-markdown', apiTheme],
  theme: 'api',
  logLevel: LogLevel.Warn,

  // What is read. `pnpm typecheck` has checked the types.
  skipErrorChecking: true,
  excludeExternals: true,
  excludePrivate: true,
  sort: ['source-order'],

  // What is checked. A property may be understood from its name.
  treatWarningsAsErrors: true,
  packagesRequiringDocumentation: publicPackages().map(({ name }) => name),
  requiredToBeDocumented: ['Class', 'Interface', 'TypeAlias', 'Variable', 'Function', 'Method'],
  validation: { invalidLink: true, notDocumented: true, invalidPath: true, unusedMergeModuleWith: true },

  // What is written.
  router: 'module',
  flattenOutputFiles: true,
  excludeScopesInPaths: true,
  readme: 'none',
  name: 'API',
  disableSources: true,
  hidePageHeader: true,
  hideBreadcrumbs: true,
  groupOrder: ['Functions', 'Classes', 'Interfaces', 'Type Aliases', 'Variables'],
  expandParameters: true,
  expandObjects: true,
  parametersFormat: 'table',
  interfacePropertiesFormat: 'table',
  classPropertiesFormat: 'table',
  typeAliasPropertiesFormat: 'table',
  propertyMembersFormat: 'table',
  typeDeclarationFormat: 'table',
  tableColumnSettings: {
    hideDefaults: true,
    hideInherited: true,
    hideModifiers: true,
    hideOverrides: true,
    hideValues: true,
  },
};

const out = resolve(process.argv[2] ?? join(ROOT, 'docs/reference/api'));
const app = await Application.bootstrapWithPlugins({ ...OPTIONS, out });
const project = await app.convert();
if (project === undefined) throw new Error('TypeDoc cannot read the sources');
app.validate(project);
for (const signature of project.getReflectionsByKind(ReflectionKind.CallSignature))
  if (signature.comment?.summary.length === 0)
    app.logger.warn(`${signature.getFullName()} has tags, but no sentence that says what it does`);
await app.generateOutputs(project);
if (app.logger.hasErrors() || app.logger.hasWarnings()) process.exitCode = 1;
