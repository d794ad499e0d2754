/** Paths as the user means them. */
import { resolve } from 'node:path';

/**
 * The directory of the user's shell. A package manager runs programs elsewhere and passes it as
 * `INIT_CWD`.
 */
export const userDirectory = (): string => process.env.INIT_CWD ?? process.cwd();

export const userPath = (path: string): string => resolve(userDirectory(), path);

/** Where knowledge is: a URL as it is, or a folder. */
export const storePlace = (place: string | undefined): string | undefined =>
  place === undefined || /^[a-z][a-z+.-]+:/i.test(place) ? place : userPath(place);
