/**
 * The script as a file. The published package has it. In a checkout it is built when it is first asked
 * for, and again when a source is newer: in a process of its own, so that the service goes on
 * answering.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { errors } from './errors.ts';

export interface SnippetFile {
  content: Buffer;
  /** Of the content, for the header `ETag`. */
  tag: string;
}

/** The same from `src/` and from `dist/`. */
const BUILT = fileURLToPath(new URL('../dist/script/snippet.js', import.meta.url));
const SOURCES = fileURLToPath(new URL('../browser', import.meta.url));
const BUILDER = fileURLToPath(new URL('../build/main.ts', import.meta.url));

const run = promisify(execFile);
let building: Promise<void> | undefined;

/** @throws LorekeepError `SNIPPET_NOT_BUILT` */
export async function snippetFile(): Promise<SnippetFile> {
  if (isStale()) {
    building ??= build().finally(() => {
      building = undefined;
    });
    await building;
  }
  const content = await readFile(BUILT).catch((error: unknown) => {
    throw errors.SNIPPET_NOT_BUILT({ reason: 'the package does not have it.' }, error);
  });
  return { content, tag: `"${createHash('sha256').update(content).digest('base64url').slice(0, 22)}"` };
}

/** Only a checkout has sources. */
function isStale(): boolean {
  if (!existsSync(BUILDER)) return false;
  if (!existsSync(BUILT)) return true;
  const built = statSync(BUILT).mtimeMs;
  return readdirSync(SOURCES).some((name) => statSync(join(SOURCES, name)).mtimeMs > built);
}

async function build(): Promise<void> {
  try {
    await run(process.execPath, [BUILDER], { timeout: 120_000 });
  } catch (error) {
    const { stderr = '', message } = error as Error & { stderr?: string };
    const reason = (stderr || message).trim().split('\n').at(-1) ?? message;
    throw errors.SNIPPET_NOT_BUILT({ reason: `building it failed (${reason}).` }, error);
  }
}
