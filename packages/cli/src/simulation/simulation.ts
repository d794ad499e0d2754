/**
 * The simulated shop that goes on buying while it is served. Its users are a process of their own with
 * a low priority, so that they take no time from the service.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { holdsSimulatedShop } from '@lorekeep/datasets';
import type { CommandContext } from '../context.ts';
import { errors } from '../errors.ts';

/** Beside this module, with its extension: `.ts` in the sources, `.js` after a build. */
const PROGRAM = fileURLToPath(new URL(`./visitors${extname(import.meta.url)}`, import.meta.url));

/**
 * Whether simulated users shall visit.
 * @param wanted as `--simulate` or `--no-simulate` say; `undefined` if neither is given
 * @param byDefault where the data is that of the simulated shop
 * @throws LorekeepError `SIMULATE_REAL_DATA`
 */
export async function isSimulated(
  { workspace }: CommandContext,
  wanted: boolean | undefined,
  byDefault: boolean,
): Promise<boolean> {
  if (wanted === false) return false;
  const isOurs = await holdsSimulatedShop(workspace.store);
  if (wanted === true && !isOurs) throw errors.SIMULATE_REAL_DATA();
  return isOurs && !workspace.isReadOnly && (wanted ?? byDefault);
}

/** All addresses of a machine are not an address to ask at. */
const reachable = (address: string) => address.replace('//0.0.0.0:', '//127.0.0.1:').replace('//[::]:', '//[::1]:');

/** @returns what ends the visits; it resolves when the process has ended */
export function startSimulation({ output }: CommandContext, address: string): () => Promise<void> {
  const child = fork(PROGRAM, [reachable(address)], { stdio: ['ignore', 'ignore', 'ignore', 'ipc'], execArgv: [] });
  const ended = once(child, 'exit');
  child.on('message', (reason) => output.warn(`The simulated users have left. ${reason}`));
  child.on('error', (error) => output.warn(`The simulated users do not come. ${error.message}`));
  return async () => {
    if (child.connected) child.disconnect();
    await ended;
  };
}
