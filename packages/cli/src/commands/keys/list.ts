/** `lorekeep keys list` */
import type { Key } from '@lorekeep/serving';
import { keysOf } from '../../access.ts';
import type { KeysContext } from './change.ts';

export async function keysListCommand({ workspace, output }: KeysContext): Promise<void> {
  const keys = await (await keysOf(workspace)).list();
  output.result({ keys }, keys.length === 0 ? 'There are no keys yet.' : keys.map(lineOf).join('\n'));
}

function lineOf({ id, state, scopes, namespace, name, expiresAt, rate }: Key): string {
  const parts = [id, state.padEnd(7), scopes.join(',').padEnd(23), namespace];
  if (expiresAt !== undefined) parts.push(`until ${new Date(expiresAt * 1000).toISOString().slice(0, 16)}`);
  if (rate !== undefined) parts.push(`${rate.perSecond}/s, ${rate.burst} at once`);
  return [...parts, name].join('  ').trimEnd();
}
