/** `lorekeep keys create` */
import type { KeyOptions } from '../../options/serving-options.ts';
import { changeKeys, type KeysContext } from './change.ts';

export type KeysCreateCommandOptions = KeyOptions;

export async function keysCreateCommand(context: KeysContext, options: KeysCreateCommandOptions): Promise<void> {
  const { scope, name, namespace, expiresIn, rate: perSecond, burst } = options;
  const rate =
    perSecond === undefined ? undefined : { perSecond, burst: burst ?? Math.max(1, Math.ceil(2 * perSecond)) };
  await changeKeys(context, 'keys create', (keys) => keys.create({ scopes: scope, name, namespace, expiresIn, rate }));
}
