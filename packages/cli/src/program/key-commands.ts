/** The words of `lorekeep keys …`. What a command does is in `commands/keys/`. */
import { Argument, type Command } from 'commander';
import type { CommandContext } from '../context.ts';
import * as option from '../options/serving-options.ts';
import type { Program } from './program.ts';

const keyId = () => new Argument('<id>', 'the id of a key, as `keys list` shows it');

export function addKeys({ command, group, inWorkspace }: Program): void {
  const keys = group('keys', 'keys of the clients of a service: create, list, rotate, revoke');
  command(
    'create',
    'create a key, and print it once',
    [option.scope(), option.keyName(), option.namespace(), option.expiresIn(), option.rate(), option.burst()],
    keys,
  ).action(
    inWorkspace('write', async (context, options: option.KeyOptions) => {
      const { keysCreateCommand } = await import('../commands/keys/create.ts');
      await keysCreateCommand(context, options);
    }),
  );
  command('list', 'list all keys, without their secrets', [], keys).action(
    inWorkspace('read', async (context) => {
      const { keysListCommand } = await import('../commands/keys/list.ts');
      await keysListCommand(context);
    }),
  );
  command('rotate', 'give a key another secret, and print it once', [option.overlap()], keys)
    .addArgument(keyId())
    .action(async (id: string, options, called: Command) => {
      const work = async (
        context: CommandContext,
        given: import('../commands/keys/rotate.ts').KeysRotateCommandOptions,
      ) => {
        const { keysRotateCommand } = await import('../commands/keys/rotate.ts');
        await keysRotateCommand(context, id, given);
      };
      await inWorkspace('write', work)(options, called);
    });
  command('revoke', 'refuse a key from now on', [], keys)
    .addArgument(keyId())
    .action(async (id: string, options, called: Command) => {
      const work = async (context: CommandContext) => {
        const { keysRevokeCommand } = await import('../commands/keys/revoke.ts');
        await keysRevokeCommand(context, id);
      };
      await inWorkspace('write', work)(options, called);
    });
}
