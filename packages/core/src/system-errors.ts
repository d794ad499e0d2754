/**
 * Errors of the operating system as coded errors: the one place that maps `ENOENT`, `ENOSPC` and the
 * like. A package that can say more about a failure does so itself; this mapping is for all others.
 * A version of Node that is too old is refused here too, because it lacks functions that the packages
 * import, or crashes in native code, before any other message can be printed.
 */
import { versions } from 'node:process';
import { defineErrors, failure, LorekeepError, usage } from './errors.ts';

interface Place {
  /** Absent if the system did not say which. */
  path?: string;
}

const named = ({ path }: Place, other: string) => (path === undefined ? other : JSON.stringify(path));

export const systemErrors = defineErrors({
  DISK_FULL: failure<Place>({
    message: (place) => `The disk is full: ${named(place, 'a file')} could not be written completely.`,
    hint: 'Free some space and repeat the call. What was finished before is kept.',
  }),
  PATH_MISSING: usage<Place>({
    message: (place) => `${named(place, 'A file or folder')} does not exist.`,
    hint: 'Correct the path, or create the folder.',
  }),
  PATH_FORBIDDEN: failure<Place>({
    message: (place) => `The permissions do not allow access to ${named(place, 'a file or folder')}.`,
    hint: 'Change the permissions of the path and of its folder, or use another path.',
  }),
  PATH_READ_ONLY: failure<Place>({
    message: (place) => `${named(place, 'A file or folder')} is on a read-only file system.`,
    hint: 'Use a path on a disk that can be written.',
  }),
  PATH_NOT_A_FOLDER: usage<Place>({
    message: (place) => `${named(place, 'A path')} is a file, or leads through one; a folder is needed.`,
    hint: 'Name a folder.',
  }),
  PATH_NOT_A_FILE: usage<Place>({
    message: (place) => `${named(place, 'A path')} is a folder; a file is needed.`,
    hint: 'Name a file.',
  }),
  PATH_INVALID: usage<Place>({
    message: (place) => `The path ${named(place, '')} is too long, or its links lead in a circle.`,
    hint: 'Use a shorter path.',
  }),
  TOO_MANY_OPEN_FILES: failure<Place>({
    message: (place) => `${named(place, 'A file')} could not be opened: this process has too many open files.`,
    hint: 'Raise the limit of open files (ulimit -n).',
  }),
  ADDRESS_IN_USE: usage<{ address?: string; port?: number }>({
    message: ({ address, port }) => `The address ${[address, port].filter(Boolean).join(':')} is already in use.`,
    hint: 'Choose another port; port 0 takes any free port.',
  }),
  NODE_TOO_OLD: usage<{ version: string; needed: string }>({
    message: ({ version, needed }) => `Lorekeep needs Node ${needed} or newer; this is Node ${version}.`,
    hint: ({ needed }) => `Install Node ${needed} or newer, for example from https://nodejs.org, and try again.`,
  }),
});

type PathCode = Exclude<keyof typeof systemErrors & string, 'ADDRESS_IN_USE' | 'NODE_TOO_OLD'>;

const CODES: Record<string, PathCode> = {
  ENOSPC: 'DISK_FULL',
  EDQUOT: 'DISK_FULL',
  ENOENT: 'PATH_MISSING',
  EACCES: 'PATH_FORBIDDEN',
  EPERM: 'PATH_FORBIDDEN',
  EROFS: 'PATH_READ_ONLY',
  ENOTDIR: 'PATH_NOT_A_FOLDER',
  EEXIST: 'PATH_NOT_A_FOLDER',
  EISDIR: 'PATH_NOT_A_FILE',
  ENAMETOOLONG: 'PATH_INVALID',
  ELOOP: 'PATH_INVALID',
  EMFILE: 'TOO_MANY_OPEN_FILES',
  ENFILE: 'TOO_MANY_OPEN_FILES',
};

/**
 * The coded form of an error of the operating system; any other error unchanged.
 * @param path what the user knows it by. Default: the path in the error, which an open file does not
 *   have.
 * @example
 * await writeFile(path, text).catch((error) => {
 *   throw systemError(error, path);
 * });
 */
export function systemError(error: unknown, path?: string): unknown {
  if (error instanceof LorekeepError || !(error instanceof Error)) return error;
  const { code, path: own, address, port } = error as NodeJS.ErrnoException & { address?: string; port?: number };
  if (code === 'EADDRINUSE') return systemErrors.ADDRESS_IN_USE({ address, port }, error);
  // Errors of the network and of child processes have no path that a user could correct.
  const coded = code === undefined ? undefined : CODES[code];
  if (coded === undefined || isOfNetwork(error)) return error;
  return systemErrors[coded]({ path: path ?? own }, error);
}

function isOfNetwork(error: Error): boolean {
  const { syscall = '' } = error as NodeJS.ErrnoException;
  return /^(connect|bind|listen|getaddrinfo|spawn)/.test(syscall);
}

/** The oldest Node that runs TypeScript sources without a flag. */
export const MIN_NODE = '22.18';

export const isNodeRecent = (version: string = versions.node): boolean => {
  const [[major, minor], [needed, neededMinor]] = [version, MIN_NODE].map((text) => text.split('.').map(Number));
  return major > needed || (major === needed && minor >= neededMinor);
};

/** @throws LorekeepError `NODE_TOO_OLD` */
export function checkNodeVersion(version: string = versions.node): void {
  if (!isNodeRecent(version)) throw systemErrors.NODE_TOO_OLD({ version, needed: MIN_NODE });
}
