/**
 * Files of users into staging. Each record is checked and kept as the JSON of its `UserRecord`, or as
 * a problem with its cause.
 */
import { basename } from 'node:path';
import type { RunContext } from '@lorekeep/core';
import type { SourceFile } from '../formats/source-file.ts';
import { createColumnFinder, type GivenColumns } from '../mapping/locate.ts';
import type { Recognised } from '../mapping/recognise.ts';
import { toUser } from '../mapping/to-user.ts';
import { problemReporter, shapeCause } from './problems.ts';
import { readRecordsOf, unfloatIds } from './read-records.ts';
import { recogniseFile } from './recognise-file.ts';
import { removeRepeatedIds } from './repeated-items.ts';
import { NO_CATALOGUE } from './stage-items.ts';
import type { Staging } from './staging.ts';

/** A file of users that has been read. */
export interface StagedUserFile {
  file: SourceFile;
  recognised: Recognised;
  /** Records of JSON whose list of elements is empty, so that they gave no user. */
  withoutElements: number;
}

/** Makes the table `users (file, line, id, json)`, with one row per id, and adds to `problems`. */
export async function stageUsers(
  staging: Staging,
  files: SourceFile[],
  given: GivenColumns,
  { progress, signal }: RunContext,
): Promise<StagedUserFile[]> {
  await staging.run('CREATE TABLE users (file BIGINT, line BIGINT, id VARCHAR, json VARCHAR)');
  if (files.length === 0) return [];
  const users = await staging.append('users');
  const problems = await staging.append('problems');
  const report = problemReporter(problems);
  const staged: StagedUserFile[] = [];
  for (const file of files) {
    const { sample, recognised } = await recogniseFile(staging, file, 'users', given, NO_CATALOGUE);
    const finder = createColumnFinder(recognised.columns, sample.names, given);
    let lines = 0;
    const { withoutElements } = await readRecordsOf(staging, file, 'user', recognised, finder, {
      onRecord(line, record, problem) {
        lines++;
        const result = record === undefined ? { problem: problem! } : toUser(record, finder);
        if (result.user === undefined) report(file.index, line, 'line', shapeCause(result.problem), result.problem);
        else users.row([file.index, line], [result.user.id, JSON.stringify(result.user)]);
      },
      onBlock() {
        signal?.throwIfAborted();
        users.flush();
        progress?.({ stage: 'import', done: lines, unit: 'lines', note: `reading ${basename(file.path)}` });
      },
    });
    staged.push({ file, recognised, withoutElements });
  }
  users.close();
  problems.close();
  for (const file of files) await unfloatIds(staging, 'users', file);
  await removeRepeatedIds(staging, 'users', files, 'refuse');
  return staged;
}
