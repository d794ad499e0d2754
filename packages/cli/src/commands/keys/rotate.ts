/** `lorekeep keys rotate` */
import type { CommandContext } from '../../context.ts';
import { changeKeys } from './change.ts';

export interface KeysRotateCommandOptions {
  overlap: number;
}

export async function keysRotateCommand(
  context: CommandContext,
  id: string,
  { overlap }: KeysRotateCommandOptions,
): Promise<void> {
  await changeKeys(context, 'keys rotate', (keys) => keys.rotate(id, overlap));
}
