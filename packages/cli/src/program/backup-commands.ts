/** The words of `lorekeep backup` and `lorekeep restore`. What they do is in `commands/backup/backup.ts`. */
import { Argument } from 'commander';
import type { Program } from './program.ts';

export function addBackup({ output, command }: Program, signal: AbortSignal): void {
  const run = { progress: output.progress, signal };
  command('backup', 'copy the workspace into a new folder, also while it is served and written')
    .addArgument(new Argument('<folder>', 'the folder to make; best on another disk'))
    .action(async (folder: string, { workspace }: { workspace: string }) => {
      const { backupCommand } = await import('../commands/backup/backup.ts');
      await backupCommand(output, workspace, folder, run).finally(output.settle);
    });
  command('restore', 'make a new workspace from a backup, after every file was checked')
    .addArgument(new Argument('<backup>', 'the folder of the backup'))
    .action(async (backup: string, { workspace }: { workspace: string }) => {
      const { restoreCommand } = await import('../commands/backup/backup.ts');
      await restoreCommand(output, backup, workspace, run).finally(output.settle);
    });
}
