/** The words of `lorekeep keys …`. What a command does is in `commands/keys/`. */
import { mkdir } from 'node:fs/promises';
import { Argument, type Command } from 'commander';
import type { KeysContext } from '../commands/keys/change.ts';
import * as option from '../options/serving-options.ts';
import { shops } from '../options/shops-options.ts';
import { userPath } from '../paths.ts';
import type { Use } from './in-workspace.ts';
import type { Program } from './program.ts';

const keyId = () => new Argument('<id>', 'the id of a key, as `keys list` shows it');

interface Place {
  workspace: string;
  shops?: string;
}

export function addKeys({ command, group, inWorkspace, output }: Program): void {
  /** The keys of a workspace, or those of a folder of shops, which has no store of its own. */
  const inPlace =
    <O>(use: Use, work: (context: KeysContext, options: O) => Promise<void>) =>
    async (options: O & Place, called: Command): Promise<void> => {
      if (options.shops === undefined) return inWorkspace(use, work)(options, called);
      const dir = userPath(options.shops);
      if (use === 'write') await mkdir(dir, { recursive: true });
      await work({ workspace: { dir }, output }, options);
    };

  const keys = group('keys', 'keys of the clients of a service: create, list, rotate, revoke');
  command(
    'create',
    'create a key, and print it once',
    [option.scope(), option.keyName(), option.namespace(), shops(), option.expiresIn(), option.rate(), option.burst()],
    keys,
  ).action(
    inPlace('write', async (context, options: option.KeyOptions) => {
      const { keysCreateCommand } = await import('../commands/keys/create.ts');
      await keysCreateCommand(context, options);
    }),
  );
  command('list', 'list all keys, without their secrets', [shops()], keys).action(
    inPlace('read', async (context) => {
      const { keysListCommand } = await import('../commands/keys/list.ts');
      await keysListCommand(context);
    }),
  );
  command('rotate', 'give a key another secret, and print it once', [option.overlap(), shops()], keys)
    .addArgument(keyId())
    .action(async (id: string, options, called: Command) => {
      const work = async (
        context: KeysContext,
        given: import('../commands/keys/rotate.ts').KeysRotateCommandOptions,
      ) => {
        const { keysRotateCommand } = await import('../commands/keys/rotate.ts');
        await keysRotateCommand(context, id, given);
      };
      await inPlace('write', work)(options, called);
    });
  command('revoke', 'refuse a key from now on', [shops()], keys)
    .addArgument(keyId())
    .action(async (id: string, options, called: Command) => {
      const work = async (context: KeysContext) => {
        const { keysRevokeCommand } = await import('../commands/keys/revoke.ts');
        await keysRevokeCommand(context, id);
      };
      await inPlace('write', work)(options, called);
    });
}
