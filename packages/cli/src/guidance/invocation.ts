/**
 * How the program was started, so that everything it tells the user to type can be typed: `lorekeep`
 * if it is on the PATH, `npx lorekeep` if it is installed in a project, and in a checkout the script
 * of the package manager, `npx lorekeep`, or Node with the path of the program.
 */
import { accessSync, constants } from 'node:fs';
import { basename, dirname, join, relative, sep } from 'node:path';
import { userDirectory } from '../paths.ts';

export interface Start {
  /** `process.argv[1]`: for a global installation the link on the PATH. */
  script: string;
  env: NodeJS.ProcessEnv;
  /** Where the user types. */
  directory: string;
}

const NAME = 'lorekeep';
/** Of the `package.json` of a checkout. */
const CHECKOUT_SCRIPTS = [NAME, 'quickstart'];

/** What to type in place of `lorekeep`. */
export function programName({ script, env, directory }: Start): string {
  const folders = script.split(sep);
  const isInstalled = folders.includes('node_modules');
  const isSource = script.endsWith('.ts') && !isInstalled;
  const { npm_lifecycle_event: event = '', npm_config_user_agent: manager = '' } = env;
  if (isSource && CHECKOUT_SCRIPTS.includes(event))
    return manager.startsWith('npm/') ? `npm run ${NAME} --` : `npx -y pnpm@12 ${NAME}`;
  if (!isSource && isOnPath(env.PATH)) return NAME;
  if (isInstalled || basename(script) === NAME) return `npx ${NAME}`;
  const shim = isSource ? shimOf(env.NODE_PATH) : undefined;
  // The user's own Node may be too old for the sources; the shim starts the one of the checkout.
  if (shim !== undefined) return isInside(directory, dirname(dirname(dirname(shim)))) ? `npx ${NAME}` : nearest(shim);
  return `node ${nearest(script)}`;

  function nearest(file: string): string {
    const fromHere = relative(directory, file);
    return shellWord(fromHere.length < file.length ? fromHere : file);
  }
}

const isInside = (folder: string, root: string) => folder === root || folder.startsWith(root + sep);

/**
 * The script in `node_modules/.bin` that started the program. Node does not know it; but it puts a
 * folder beside itself into NODE_PATH, before it has simplified the path.
 */
function shimOf(nodePath = ''): string | undefined {
  const marker = join(sep, 'node_modules', '.bin') + sep;
  const folder = nodePath.split(':').find((one) => one.includes(marker));
  return folder && join(folder.slice(0, folder.indexOf(marker)), 'node_modules', '.bin', NAME);
}

/** Package managers put these folders on the PATH only while they run a program. */
const ofPackageManager = (folder: string) => folder.endsWith(join('node_modules', '.bin'));

function isOnPath(path = ''): boolean {
  return path.split(':').some((folder) => {
    if (folder === '' || ofPackageManager(folder)) return false;
    try {
      accessSync(join(folder, NAME), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** For a shell, which would split a name with spaces. */
export const shellWord = (word: string): string =>
  /^[\w./:@~-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;

let known: string | undefined;

/** A command line of this program, as the user can type it: `npx lorekeep train`. */
export function typed(words: string): string {
  known ??= programName({ script: process.argv[1] ?? NAME, env: process.env, directory: userDirectory() });
  return `${known} ${words}`;
}

/** Commands in a text, between backquotes, as the user can type them. */
export const withTyped = (text: string): string =>
  text.replace(/`lorekeep ([^`]*)`/g, (_, words) => `\`${typed(words)}\``);
