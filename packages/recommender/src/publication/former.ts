/** The publications on disk, and the step back to one of them. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { currentVersion, findDamage, isVersionName, setCurrentVersion, versionsIn } from '@lorekeep/core';
import { errors } from '../errors.ts';
import { bundleFolder, type PublicationManifest, publications } from './publication.ts';

/** All publications that can be read, oldest first. */
export async function publicationsIn(workspace: string): Promise<PublicationManifest[]> {
  const folder = publications(workspace);
  const found = await Promise.all(
    (await versionsIn(folder)).map((version) => readPublication(workspace, version).catch(() => undefined)),
  );
  return found.filter((manifest) => manifest !== undefined);
}

/** Name of the live publication; `undefined` before the first. */
export const liveVersion = (workspace: string): Promise<string | undefined> => currentVersion(publications(workspace));

/** Where the trained bundle of a publication is; `undefined` if it was published without a model. */
export function bundleOfPublication(workspace: string, { version, format, model }: PublicationManifest) {
  return model === null ? undefined : join(publications(workspace).root, version, bundleFolder(format));
}

async function readPublication(workspace: string, version: string): Promise<PublicationManifest> {
  const path = join(publications(workspace).root, version, 'manifest.json');
  const manifest = JSON.parse(await readFile(path, 'utf8')) as PublicationManifest;
  if (manifest?.kind !== 'publication') throw new Error('not a publication');
  return manifest;
}

/**
 * Makes a publication that is on disk the live one, after every file was checked. Nothing is removed,
 * so the step can be taken back.
 *
 * @throws LorekeepError `PUBLICATION_CORRUPT`; the live version stays
 */
export async function goLive(workspace: string, version: string): Promise<PublicationManifest> {
  const folder = publications(workspace);
  const directory = join(folder.root, version);
  if (!isVersionName(version)) throw errors.PUBLICATION_CORRUPT({ directory, reason: 'its name is not one' });
  const manifest = await readPublication(workspace, version).catch((error: unknown) => {
    throw errors.PUBLICATION_CORRUPT({ directory, reason: 'its manifest.json cannot be read' }, error);
  });
  const damage = await findDamage(directory, manifest.files);
  if (damage !== undefined)
    throw errors.PUBLICATION_CORRUPT({ directory, reason: `${damage.file} is not what was written` }, damage.cause);
  await setCurrentVersion(folder, version);
  return manifest;
}
