/**
 * The files of the page. Published packages have them. In a checkout they are built when they are
 * first asked for, and again when a source is newer: in a process of its own, so that the service
 * goes on answering.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { errors } from './errors.ts';

export interface PageFile {
  /** `index.html`, `page.js`, … */
  name: string;
  type: string;
  content: Buffer;
  /** Of the content, for the header `ETag`. */
  tag: string;
}

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** The same from `src/` and from `dist/`. */
const BUILT = fileURLToPath(new URL('../dist/page', import.meta.url));
const SOURCES = fileURLToPath(new URL('../page', import.meta.url));
const BUILDER = fileURLToPath(new URL('../build/main.ts', import.meta.url));

const run = promisify(execFile);
let building: Promise<void> | undefined;

/**
 * All files of the page, by name.
 * @throws LorekeepError `DASHBOARD_NOT_BUILT`
 */
export async function pageFiles(): Promise<Map<string, PageFile>> {
  if (isStale()) {
    building ??= build().finally(() => {
      building = undefined;
    });
    await building;
  }
  const names = await readdir(BUILT).catch((error: unknown) => {
    throw errors.DASHBOARD_NOT_BUILT({ reason: 'the package has no files of it.' }, error);
  });
  const files = await Promise.all(names.map(async (name) => pageFile(name, await readFile(join(BUILT, name)))));
  return new Map(files.map((file) => [file.name, file]));
}

function pageFile(name: string, content: Buffer): PageFile {
  const type = TYPES[extname(name)] ?? 'application/octet-stream';
  return { name, type, content, tag: `"${createHash('sha256').update(content).digest('base64url').slice(0, 22)}"` };
}

/** Only a checkout has sources. */
function isStale(): boolean {
  if (!existsSync(BUILDER)) return false;
  const html = join(BUILT, 'index.html');
  if (!existsSync(html)) return true;
  const built = statSync(html).mtimeMs;
  const sources = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' });
  return sources.some((name) => statSync(join(SOURCES, name)).mtimeMs > built);
}

async function build(): Promise<void> {
  try {
    await run(process.execPath, [BUILDER], { timeout: 120_000 });
  } catch (error) {
    const { stderr = '', message } = error as Error & { stderr?: string };
    const reason = (stderr || message).trim().split('\n').at(-1) ?? message;
    throw errors.DASHBOARD_NOT_BUILT({ reason: `building it failed (${reason}).` }, error);
  }
}
