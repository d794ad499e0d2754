/**
 * What leads a person from one command to the next: what each step and stage is for, and what to
 * type after a command. All these words are here; none of them appear with `--json`.
 */
import type { Progress } from '@lorekeep/core';
import type { NextStep } from '@lorekeep/workspace';
import { DEFAULT_WORKSPACE } from '../options/options.ts';
import type { Output } from '../terminal.ts';
import { shellWord, typed } from './invocation.ts';

export type Suggestion =
  | 'quickstart'
  | 'evaluate'
  | 'report'
  | 'status'
  | 'rank evaluate'
  | 'rank train'
  | 'rank score'
  | 'knowledge pretrain'
  | 'knowledge publish'
  | 'knowledge get'
  | 'knowledge serve'
  | NextStep;

/** The arguments to type and what they do. */
const SUGGESTIONS: Record<Suggestion, [words: string, purpose: string]> = {
  quickstart: ['quickstart', 'tries everything on a simulated shop, or on your files with --data DIR'],
  import: ['import --items FILE --events FILE', 'stores your catalogue and your events'],
  encode: ['encode', 'turns the text of every item into a vector'],
  train: ['train', 'learns from the events who likes what'],
  evaluate: ['evaluate', 'compares the model with simple baselines'],
  report: ['evaluate --report FILE', 'also writes a page with tables and plots'],
  publish: ['publish', 'makes the newest model the one that answers, or the texts if nothing is trained'],
  serve: ['serve', 'answers requests of your shop over HTTP'],
  recommend: ['recommend --user ID', 'shows what a user would get'],
  status: ['status', 'shows how far the workspace is'],
  'rank evaluate': ['rank evaluate --outcome TYPE', 'measures what knowledge of all surfaces gives a ranker'],
  'rank train': ['rank train --outcome TYPE', 'trains the ranker that a service uses'],
  'rank score': ['rank score --user ID --items ID,ID', 'shows how it orders items for a user'],
  'knowledge pretrain': ['knowledge pretrain', 'learns from the impressions of all surfaces'],
  'knowledge publish': ['knowledge publish', 'makes the knowledge readable for services and rankers'],
  'knowledge get': ['knowledge get --user ID --items ID', 'shows the knowledge of a user and an item'],
  'knowledge serve': ['knowledge serve', 'serves the ranker and the knowledge over HTTP'],
};

/** After which command which others are useful, the usual one first. */
const AFTER: Record<string, Suggestion[]> = {
  quickstart: ['serve', 'recommend'],
  'quickstart --impressions': ['serve', 'recommend', 'rank evaluate'],
  'import --dry-run': ['import'],
  'encode --dry-run': ['encode'],
  train: ['publish', 'evaluate'],
  // A model that was trained on all events cannot be evaluated.
  'train --refit all': ['publish'],
  publish: ['serve', 'recommend'],
  recommend: ['serve'],
  similar: ['serve'],
  search: ['serve'],
  doctor: ['status'],
  'rank evaluate': ['knowledge pretrain', 'rank train'],
  'knowledge pretrain': ['knowledge publish', 'rank train'],
  'knowledge publish': ['rank train', 'knowledge get'],
  'knowledge extract': ['knowledge publish'],
};

/** By the stages of progress events. Stages that explain themselves are absent. */
const STAGES: Record<string, string> = {
  'pre-train': 'learns from the impressions of all surfaces, day by day.',
  import: 'reads the items and the events, checks them and stores them.',
  model: 'gets the language model that reads the texts of the items.',
  encode: 'turns the text of every item into a vector, so that new items can be recommended too.',
  search: 'tries settings of the linear model on the validation events.',
  solve: 'computes how strongly each item leads to each other item.',
  start: 'sets the network to the linear model, which gives training a good start.',
  train: 'learns from the events what people choose next.',
  're-ranker': 'learns to order the best candidates more precisely.',
  evaluate: 'asks the model for the hidden last event of every user, and baselines too.',
  publish: 'writes the version that answers requests.',
  index: 'arranges the items so that the nearest ones are found fast.',
};

/** Commands that contain others. */
const GROUPS = ['rank', 'knowledge'];

/** A command line with the workspace, if it is not the default one. */
function commandLine(words: string, workspace: string): string {
  const parts = words.split(' ');
  const names = GROUPS.includes(parts[0]) ? 2 : 1;
  const [name, rest] = [parts.slice(0, names), parts.slice(names)];
  const flag = workspace === DEFAULT_WORKSPACE ? [] : ['--workspace', shellWord(workspace)];
  return typed([...name, ...flag, ...rest].join(' '));
}

/**
 * Lines such as `Next: lorekeep train   learns …`.
 * @param options further options of the commands
 */
export function nextLines(steps: Suggestion[], workspace: string, options = ''): string {
  const lines = steps.map((step) => commandLine(`${SUGGESTIONS[step][0]}${options}`, workspace));
  const width = Math.max(...lines.map(({ length }) => length));
  return lines
    .map((line, at) => `${at === 0 ? 'Next:' : '  or:'} ${line.padEnd(width)}   ${SUGGESTIONS[steps[at]][1]}`)
    .join('\n');
}

/**
 * Ends a command by naming the next one.
 * @param next the next step of the workspace, which is named after commands that can lead to several
 * @param chosen steps that depend on what the command found
 */
export function suggestNext(
  output: Output,
  command: string,
  workspace: string,
  next?: NextStep,
  chosen?: Suggestion[],
): void {
  const steps = chosen ?? AFTER[command] ?? AFTER[command.replace(/ --.*/, '')] ?? (next === undefined ? [] : [next]);
  const more: Suggestion[] = command === 'evaluate' ? ['report'] : [];
  if (steps.length > 0) output.aside(`\n${nextLines([...steps, ...more], workspace)}`);
}

/** A request to a running service. An unknown user gets the most popular items. */
export function requestLine(address: string, body: Record<string, unknown>): string {
  return `curl -s ${address}/v1/recommend -H 'content-type: application/json' -d '${JSON.stringify(body)}'`;
}

/** The page of a running service. */
export const pageWords = (address: string): string =>
  `${address}/ shows in a browser what is served, how well, and why`;

/** Says what a stage is for when it begins, once per stage. */
export function explainStages(output: Output): Progress {
  const explained = new Set<string>();
  return (event) => {
    const purpose = STAGES[event.stage];
    if (purpose !== undefined && !explained.has(event.stage)) output.aside(`${event.stage.padEnd(9)} ${purpose}`);
    explained.add(event.stage);
    output.progress(event);
  };
}
