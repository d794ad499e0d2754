/** `lorekeep keys revoke` */
import { changeKeys, type KeysContext } from './change.ts';

export async function keysRevokeCommand(context: KeysContext, id: string): Promise<void> {
  await changeKeys(context, 'keys revoke', (keys) => keys.revoke(id));
}
