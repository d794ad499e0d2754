/**
 * Files of users into staging. Each record is checked and kept as the JSON of its `UserRecord`, or
 * as a bad line with its reason.
 */
import type { RunContext } from '@lorekeep/core';
import type { SourceFile } from '../formats/source-file.ts';
import type { ColumnFinder } from '../mapping/columns.ts';
import { toUser } from '../mapping/to-user.ts';
import { readRecordsOf, removeRepeatedIds } from './stage-items.ts';
import type { Staging } from './staging.ts';

/** Makes the table `users (file, line, id, json)`, with one row per id, and adds to `bad`. */
export async function stageUsers(
  staging: Staging,
  files: SourceFile[],
  columns: ColumnFinder,
  context: RunContext,
): Promise<void> {
  await staging.run('CREATE TABLE users (file BIGINT, line BIGINT, id VARCHAR, json VARCHAR)');
  if (files.length === 0) return;
  const users = await staging.append('users');
  const bad = await staging.append('bad');
  for (const file of files) {
    await readRecordsOf(staging, file, columns, 'user', context, {
      onRecord(line, record, problem) {
        const result = record === undefined ? { problem: problem! } : toUser(record, columns);
        if (result.user === undefined) bad.row([file.index, line], [result.problem]);
        else users.row([file.index, line], [result.user.id, JSON.stringify(result.user)]);
      },
      onBlock: users.flush,
    });
  }
  users.close();
  await removeRepeatedIds(staging, 'users', files, bad);
  bad.close();
}
