/** `lorekeep backup` and `lorekeep restore` */
import { counted, type RunContext } from '@lorekeep/core';
import { type BackupManifest, backupWorkspace, restoreWorkspace } from '@lorekeep/workspace';
import { withTyped } from '../../guidance/invocation.ts';
import { userPath } from '../../paths.ts';
import { contentOf, type Output } from '../../terminal.ts';

export async function backupCommand(output: Output, dir: string, target: string, run: RunContext): Promise<void> {
  const result = await backupWorkspace(userPath(dir), userPath(target), run);
  const { manifest, bytes, seconds } = result;
  output.result(
    { dir: result.dir, ...summaryOf(manifest), bytes, seconds },
    `Backup in ${result.dir}: ${wordsOf(manifest)}.`,
  );
  output.aside(withTyped(`To get it back: \`lorekeep restore ${target} --workspace FOLDER\`.`));
}

export async function restoreCommand(output: Output, backup: string, dir: string, run: RunContext): Promise<void> {
  const result = await restoreWorkspace(userPath(backup), userPath(dir), run);
  const { manifest, seconds } = result;
  output.result(
    { dir: result.dir, ...summaryOf(manifest), seconds },
    `Restored to ${result.dir}: ${wordsOf(manifest)}.`,
  );
  output.aside(withTyped(`Next: \`lorekeep status --workspace ${dir}\`.`));
}

const summaryOf = ({ createdAt, published, model, counts, files }: BackupManifest) => ({
  ...{ createdAt, published, model, counts },
  files: Object.keys(files).length,
});

function wordsOf({ createdAt, published, counts, files }: BackupManifest): string {
  const live = published === null ? 'nothing published' : `publication ${published}`;
  const time = new Date(createdAt * 1000).toISOString().slice(0, 19);
  return `${contentOf(counts)}, ${live}, ${counted(Object.keys(files).length, 'file')}, as of ${time}Z`;
}
