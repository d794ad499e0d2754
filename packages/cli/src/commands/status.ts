/** `lorekeep status`, which also runs if no command is named */
import { errorCode } from '@lorekeep/core';
import { openWorkspace, type WorkspaceStatus } from '@lorekeep/workspace';
import { nextLines } from '../guidance.ts';
import { DEFAULT_HOST, DEFAULT_PORT } from '../options.ts';
import { userPath } from '../paths.ts';
import type { Output } from '../terminal.ts';

const HELP = 'Help: lorekeep --help, lorekeep COMMAND --help';

export async function statusCommand(output: Output, dir: string): Promise<void> {
  const path = userPath(dir);
  const status = await statusAt(path);
  if (status === undefined) {
    const words = [`There is no workspace at ${dir} yet.`, '', nextLines(['quickstart', 'import'], dir), HELP];
    output.result({ dir: path, stage: 'none', next: 'quickstart' }, words.join('\n'));
    return;
  }
  const { next, unfinished } = status;
  const model = next === 'encode' && unfinished?.step === 'encode' ? ` --model ${unfinished.model}` : '';
  output.result({ ...status }, [...stateLines(dir, status), '', nextLines([next], dir, model), HELP].join('\n'));
}

/** `undefined` if there is no workspace. */
async function statusAt(path: string): Promise<WorkspaceStatus | undefined> {
  try {
    const workspace = await openWorkspace(path);
    try {
      return await workspace.status({ service: `http://${DEFAULT_HOST}:${DEFAULT_PORT}` });
    } finally {
      await workspace.close();
    }
  } catch (error) {
    if (errorCode(error) === 'WORKSPACE_MISSING') return undefined;
    throw error;
  }
}

const count = (n: number) => n.toLocaleString('en-US');

function stateLines(dir: string, status: WorkspaceStatus): string[] {
  const { service, problems } = status;
  return [
    `Workspace  ${dir}`,
    `Imported   ${importedWords(status)}`,
    `Encoded    ${encodedWords(status)}`,
    `Trained    ${trainedWords(status)}`,
    `Published  ${publishedWords(status)}`,
    `Served     ${service === undefined ? 'no' : service.address}`,
    ...problems.map(({ code, message }) => `!! ${code}: ${message}`),
  ];
}

function importedWords({ stage, counts: { items, users, events }, impressions }: WorkspaceStatus): string {
  if (stage === 'empty') return 'no';
  const shown = impressions === 0 ? '' : ` (${count(impressions)} impressions)`;
  return `${count(items)} items, ${count(users)} users, ${count(events)} events${shown}`;
}

function encodedWords({ stage, encoder, unfinished }: WorkspaceStatus): string {
  if (unfinished?.step === 'encode') return `stopped after ${count(unfinished.texts)} texts; encode resumes there`;
  if (encoder === undefined) return 'no';
  const kind = encoder.isLanguageModel ? '' : ' (not a language model)';
  return `${encoder.model}${kind}${stage === 'imported' ? '; newer items are not encoded' : ''}`;
}

function trainedWords({ stage, model, unfinished }: WorkspaceStatus): string {
  const stopped = unfinished?.step === 'train' ? 'a training was stopped; the same command resumes it' : undefined;
  if (model === undefined) return stopped ?? 'no';
  const isOutdated = stage === 'imported' || stage === 'encoded';
  const words = `${model.preset}, version ${model.version}${isOutdated ? ', on older data or with another encoder' : ''}`;
  return stopped === undefined ? words : `${words}; ${stopped}`;
}

function publishedWords({ model, live }: WorkspaceStatus): string {
  if (live === undefined) return 'no';
  const isNewest = live.model === model?.version;
  return `${live.version}, ${count(live.items)} items${isNewest ? '' : `, with the older model ${live.model}`}`;
}
