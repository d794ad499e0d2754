/** A real Chromium: the one on the PATH, or the one that `pnpm extras` has put into `.extras/chromium`. */
import { spawnSync } from 'node:child_process';
import { existsSync, globSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium } from 'playwright-core';

const EXTRA = fileURLToPath(new URL('../../../../.extras/chromium', import.meta.url));
const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];

export interface ChromiumProgram {
  path: string;
  env: Record<string, string | undefined>;
}

/** `undefined` if there is none. */
export function findChromium(): ChromiumProgram | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const onPath = folders.flatMap((folder) => NAMES.map((name) => join(folder, name)));
  const libraries = globSync([join(EXTRA, 'usr/lib/*-linux-gnu*'), join(EXTRA, 'lib/*-linux-gnu*')]);
  // A machine without fonts would show no text; Chromium's packages bring some.
  const fonts = existsSync('/etc/fonts/fonts.conf') ? {} : { FONTCONFIG_SYSROOT: EXTRA };
  const programs = [
    ...onPath.map((path) => ({ path, env: process.env })),
    {
      path: join(EXTRA, 'usr/lib/chromium/chromium'),
      env: { ...process.env, LD_LIBRARY_PATH: libraries.join(delimiter), ...fonts },
    },
  ];
  return programs.find(
    ({ path, env }) => existsSync(path) && spawnSync(path, ['--version', '--no-sandbox'], { env }).status === 0,
  );
}

export const openBrowser = ({ path, env }: ChromiumProgram): Promise<Browser> =>
  chromium.launch({
    executablePath: path,
    env: env as Record<string, string>,
    // The sandbox needs rights that a container seldom gives, and every page here is our own.
    args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--disable-background-networking'],
  });
