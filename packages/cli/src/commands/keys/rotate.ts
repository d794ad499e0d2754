/** `lorekeep keys rotate` */
import { changeKeys, type KeysContext } from './change.ts';

export interface KeysRotateCommandOptions {
  overlap: number;
}

export async function keysRotateCommand(
  context: KeysContext,
  id: string,
  { overlap }: KeysRotateCommandOptions,
): Promise<void> {
  await changeKeys(context, 'keys rotate', (keys) => keys.rotate(id, overlap));
}
