/**
 * Cases of `fixtures/make_models.py` and `make_heads.py`: builds the folder that the reference
 * library loaded.
 */
import assert from 'node:assert/strict';
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import { loadOnnxEncoder, type OnnxEncoderOptions } from '../../src/index.ts';
import { FIXTURES } from './fixtures.ts';
import { temporaryFolder } from './machine.ts';
import { cosine, decodeVector, rowOf } from './vectors.ts';

export interface ReferenceCase {
  name: string;
  model: string;
  tokenizer: string;
  config: Record<string, unknown>;
  files: Record<string, string>;
  /** Options of our encoder. */
  options: OnnxEncoderOptions;
  /** Folder of the transformer's own files. */
  transformer: string;
  vectors: string[];
}

export async function readCases(file: string): Promise<{ texts: string[]; cases: ReferenceCase[] }> {
  return JSON.parse(await readFile(join(FIXTURES, file), 'utf8'));
}

/** The folder of a case. */
export async function folderOf(
  t: TestContext,
  { model, tokenizer, config = {}, files = {}, transformer = '' }: Partial<ReferenceCase>,
): Promise<string> {
  const folder = join(await temporaryFolder(t), 'model');
  const base = join(folder, transformer);
  await cp(join(FIXTURES, 'models', model!), base, { recursive: true });
  await cp(join(FIXTURES, 'tokenizers', tokenizer!), base, { recursive: true });
  await edit(join(base, 'config.json'), (own) => ({ ...own, ...config }));
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), Buffer.from(content, 'base64'));
  }
  return folder;
}

/** Changes a JSON file. */
export async function edit(file: string, change: (json: Record<string, unknown>) => unknown): Promise<void> {
  await writeFile(file, JSON.stringify(change(JSON.parse(await readFile(file, 'utf8')))));
}

/** Encodes all texts, together and one by one, and compares them with the reference. */
export async function assertVectors(
  folder: string,
  texts: string[],
  wanted: string[],
  options: OnnxEncoderOptions = {},
) {
  const encoder = await loadOnnxEncoder(folder, { batchTokens: 128, ...options, threads: 1 });
  try {
    assertClose(await encoder.encode(texts), texts, wanted, encoder.dim);
    for (const [row, text] of texts.entries())
      assertClose(await encoder.encode([text]), [text], [wanted[row]], encoder.dim);
  } finally {
    await encoder.close();
  }
}

export function assertClose(vectors: Float32Array, texts: string[], wanted: string[], dim: number): void {
  texts.forEach((text, row) => {
    const own = rowOf(vectors, row, dim);
    const reference = decodeVector(wanted[row]);
    assert.equal(own.length, reference.length);
    const difference = own.reduce((max, value, i) => Math.max(max, Math.abs(value - reference[i])), 0);
    const what = `${JSON.stringify(text.slice(0, 60))}: difference ${difference}`;
    assert.ok(difference < 1e-5, what);
    if (reference.some((value) => value !== 0)) assert.ok(cosine(own, reference) > 0.99999, what);
  });
}
