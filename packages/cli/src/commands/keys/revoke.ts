/** `lorekeep keys revoke` */
import type { CommandContext } from '../../context.ts';
import { changeKeys } from './change.ts';

export async function keysRevokeCommand(context: CommandContext, id: string): Promise<void> {
  await changeKeys(context, 'keys revoke', (keys) => keys.revoke(id));
}
