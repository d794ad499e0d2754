/** `lorekeep status`, which also runs if no command is named */
import { counted, errorCode } from '@lorekeep/core';
import { openWorkspace, type WorkspaceStatus } from '@lorekeep/workspace';
import { nextLines } from '../guidance/guidance.ts';
import { typed } from '../guidance/invocation.ts';
import { outlookWords } from '../guidance/without-model.ts';
import { userPath } from '../paths.ts';
import { contentOf, type Output } from '../terminal.ts';

const help = () => `Help: ${typed('--help')}, ${typed('COMMAND --help')}`;

export async function statusCommand(output: Output, dir: string): Promise<void> {
  const path = userPath(dir);
  const status = await statusAt(path);
  if (status === undefined) {
    const words = [`There is no workspace at ${dir} yet.`, '', nextLines(['quickstart', 'import'], dir), help()];
    output.result({ dir: path, stage: 'none', next: 'quickstart' }, words.join('\n'));
    return;
  }
  const { next, unfinished } = status;
  const model = next === 'encode' && unfinished?.step === 'encode' ? ` --model ${unfinished.model}` : '';
  output.result({ ...status }, [...stateLines(dir, status), '', nextLines([next], dir, model), help()].join('\n'));
}

/** `undefined` if there is no workspace. */
async function statusAt(path: string): Promise<WorkspaceStatus | undefined> {
  try {
    const workspace = await openWorkspace(path, { allowReadOnly: true });
    try {
      return await workspace.status();
    } finally {
      await workspace.close();
    }
  } catch (error) {
    if (errorCode(error) === 'WORKSPACE_MISSING') return undefined;
    throw error;
  }
}

function stateLines(dir: string, status: WorkspaceStatus): string[] {
  const { service, problems, readOnly } = status;
  return [
    `Workspace  ${dir}${readOnly ? ' (it can only be read)' : ''}`,
    `Imported   ${importedWords(status)}`,
    `Encoded    ${encodedWords(status)}`,
    `Trained    ${trainedWords(status)}`,
    `Published  ${publishedWords(status)}`,
    `Served     ${service === undefined ? 'no' : `${service.address}, process ${service.pid}`}`,
    ...problems.map(({ code, message }) => `!! ${code}: ${message}`),
  ];
}

function importedWords({ stage, counts, impressions }: WorkspaceStatus): string {
  if (stage === 'empty') return 'no';
  return `${contentOf(counts)}${impressions === 0 ? '' : ` (${counted(impressions, 'impression')})`}`;
}

function encodedWords({ stage, encoder, unfinished }: WorkspaceStatus): string {
  if (unfinished?.step === 'encode') return `stopped after ${counted(unfinished.texts, 'text')}; encode resumes there`;
  if (encoder === undefined) return 'no';
  const kind = encoder.isLanguageModel ? '' : ' (not a language model)';
  return `${encoder.model}${kind}${stage === 'imported' ? '; newer items are not encoded' : ''}`;
}

function trainedWords(status: WorkspaceStatus): string {
  const { stage, model, unfinished } = status;
  const stopped = unfinished?.step === 'train' ? 'a training was stopped; the same command resumes it' : undefined;
  if (model === undefined) return stopped ?? `no${outlookWords(status)}`;
  const isOutdated = stage === 'imported' || stage === 'encoded';
  const words = `${model.preset}, model ${model.version}${isOutdated ? ', on older data or with another encoder' : ''}`;
  return stopped === undefined ? words : `${words}; ${stopped}`;
}

function publishedWords({ model, live }: WorkspaceStatus): string {
  if (live === undefined) return 'no';
  if (live.model === null) return `publication ${live.version}, ${counted(live.items, 'item')}, without a model`;
  const isNewest = live.model === model?.version;
  return `publication ${live.version}, ${counted(live.items, 'item')}${isNewest ? '' : `, with the older model ${live.model}`}`;
}
