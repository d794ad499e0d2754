/**
 * The version of Node. Older ones lack functions that the packages import, or crash in native code,
 * before any other message can be printed.
 */
import { versions } from 'node:process';
import { systemErrors } from './system-errors.ts';

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
