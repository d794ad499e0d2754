/** What the commands that change keys share: the change, its entry in the audit log, its output. */
import type { IssuedKey, Key, Keys } from '@lorekeep/serving';
import { auditOf, type KeysPlace, keysOf } from '../../access.ts';
import type { Output } from '../../terminal.ts';

export interface KeysContext {
  workspace: KeysPlace;
  output: Output;
}

export async function changeKeys(
  { workspace, output }: KeysContext,
  what: string,
  change: (keys: Keys) => Promise<IssuedKey | Key>,
): Promise<void> {
  const audit = auditOf(workspace);
  await audit.check();
  const changed = await change(await keysOf(workspace));
  const issued = 'secret' in changed ? changed : { key: changed };
  await audit.record({ who: 'command line', what, target: issued.key.id });
  const { key, secret } = issued as Partial<IssuedKey> & { key: Key };
  if (secret === undefined) {
    output.result({ key }, `Revoked the key ${key.id}. A service that runs refuses it within a second.`);
    return;
  }
  output.result({ key, secret }, secret);
  output.aside(
    `This is the key ${key.id} with ${key.scopes.join(', ')}. It is shown only now: keep it in a safe place.`,
  );
}
