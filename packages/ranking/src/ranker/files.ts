/**
 * A ranker on disk: a folder with `ranker.json` (what it is), `vocabulary.json` (which value has
 * which row) and `parameters.safetensors` (all arrays). The folder is written under a temporary name
 * and renamed, and it is never changed afterwards.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  errorCode,
  findDamage,
  type RandomState,
  sha256,
  sha256OfFile,
  systemError,
  writeDirectoryAtomic,
} from '@lorekeep/core';
import { type Arrays, readSafetensors, saveSafetensors } from '@lorekeep/graph';
import type { VocabularyState } from '../data/vocabulary.ts';
import type { PlugShape } from '../din/plug.ts';
import { errors } from '../errors.ts';
import { type RankerConfig, type RankerOptions, rankerConfig } from './config.ts';
import { type FieldNames, type RankerState, schemaOf } from './state.ts';

const FORMAT = 'lorekeep-ranker';
const VERSION = 1;
const MANIFEST = 'ranker.json';
const VOCABULARY = 'vocabulary.json';
const ARRAYS = 'parameters.safetensors';
const DENSE = ['parameters', 'm', 'v'] as const;

interface Manifest {
  format: string;
  version: number;
  /** Fingerprint of names, shapes and meanings of the arrays. */
  schema: string;
  /** SHA-256 of the rest of this file, written without spaces. */
  checksum: string;
  /** SHA-256 of the other files. */
  files: Record<string, string>;
  config: RankerConfig;
  length: number;
  fields: FieldNames;
  vectorWidth: number;
  plugs: PlugShape[];
  surfaces: (string | null)[][];
  hasPositions: boolean;
  /** `null` before the first impression: JSON has no −Infinity. */
  seenUntil: number | null;
  step: number;
  order: RandomState;
  random: RandomState;
}

/**
 * Writes a ranker. The folder must not exist; its parents are created.
 *
 * @throws LorekeepError `DISK_FULL`, `PATH_…`
 */
export async function saveRanker(folder: string, state: RankerState): Promise<void> {
  const { vocabulary, parameters, m, v, tables, seenUntil, ...rest } = state;
  const dense = { parameters, m, v };
  const arrays: Arrays = {};
  for (const kind of DENSE) for (const [name, array] of Object.entries(dense[kind])) arrays[`${kind}/${name}`] = array;
  for (const [table, own] of Object.entries(tables))
    for (const [kind, array] of Object.entries(own)) arrays[`table/${table}/${kind}`] = array;
  const schema = schemaOf(state);
  await writeDirectoryAtomic(folder, async (temporary) => {
    await saveSafetensors(join(temporary, ARRAYS), arrays, { format: FORMAT, schema });
    await writeFile(join(temporary, VOCABULARY), JSON.stringify(vocabulary));
    const manifest: Omit<Manifest, 'checksum'> = {
      format: FORMAT,
      version: VERSION,
      schema,
      files: Object.fromEntries(
        await Promise.all([ARRAYS, VOCABULARY].map(async (file) => [file, await sha256OfFile(join(temporary, file))])),
      ),
      ...rest,
      seenUntil: Number.isFinite(seenUntil) ? seenUntil : null,
    };
    await writeFile(
      join(temporary, MANIFEST),
      JSON.stringify({ ...manifest, checksum: checksumOf(manifest) }, undefined, 2),
    );
  });
}

/**
 * Reads what `saveRanker` wrote.
 *
 * @throws LorekeepError `RANKING_FILES_FOREIGN` (another format or version), `RANKING_FILES_DAMAGED`
 *   (not what was written), `PATH_…`
 */
export async function loadRanker(folder: string): Promise<RankerState> {
  const { files, schema, seenUntil, format: _, version: __, checksum: ___, ...rest } = await readManifest(folder);
  const damage = await findDamage(folder, { [ARRAYS]: files[ARRAYS], [VOCABULARY]: files[VOCABULARY] });
  if (damage !== undefined)
    throw errors.RANKING_FILES_DAMAGED(
      {
        file: join(folder, damage.file),
        problem: damage.actual === undefined ? 'cannot be read' : 'is not what was written: its checksum differs',
      },
      damage.cause,
    );
  const { arrays } = await readSafetensors(join(folder, ARRAYS));
  const dense: Record<(typeof DENSE)[number], Arrays> = { parameters: {}, m: {}, v: {} };
  const tables: Record<string, Arrays> = {};
  for (const [name, array] of Object.entries(arrays)) {
    const kind = DENSE.find((own) => name.startsWith(`${own}/`));
    if (kind !== undefined) dense[kind][name.slice(kind.length + 1)] = array;
    else {
      const [, table, part] = name.split('/');
      tables[table] ??= {};
      tables[table][part] = array;
    }
  }
  const vocabulary = JSON.parse(await readFile(join(folder, VOCABULARY), 'utf8')) as VocabularyState;
  const state: RankerState = {
    ...rest,
    config: rankerConfig(rest.config as RankerOptions),
    seenUntil: seenUntil ?? Number.NEGATIVE_INFINITY,
    vocabulary,
    ...dense,
    tables,
  };
  if (schemaOf(state) !== schema)
    throw errors.RANKING_FILES_DAMAGED({
      file: join(folder, MANIFEST),
      problem: 'describes another ranker than the arrays beside it: its fingerprint differs',
    });
  return state;
}

const checksumOf = (manifest: Omit<Manifest, 'checksum'>): string => sha256(JSON.stringify(manifest));

async function readManifest(folder: string): Promise<Manifest> {
  const path = join(folder, MANIFEST);
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') throw errors.RANKING_FILES_FOREIGN({ folder, problem: `it has no ${MANIFEST}` });
    throw systemError(error, path);
  }
  let found: Partial<Manifest> | null;
  try {
    found = JSON.parse(text);
  } catch (cause) {
    throw errors.RANKING_FILES_DAMAGED({ file: path, problem: 'is not JSON' }, cause);
  }
  if (found?.format !== FORMAT)
    throw errors.RANKING_FILES_FOREIGN({ folder, problem: `${MANIFEST} does not say that it is one` });
  if (found.version !== VERSION)
    throw errors.RANKING_FILES_FOREIGN({
      folder,
      problem: `its format has version ${found.version}, and this version reads ${VERSION}`,
    });
  const { checksum, ...manifest } = found as Manifest;
  if (checksum !== checksumOf(manifest))
    throw errors.RANKING_FILES_DAMAGED({ file: path, problem: 'is not what was written: its checksum differs' });
  return found as Manifest;
}
