/** docs/reference/options.md, from the option tables and the presets. */
import type { Option } from '../../packages/core/src/index.ts';
import { type Preset, presets, recommenderOptions } from '../../packages/recommender/src/index.ts';
import { WIDTH, wrapped } from './markdown.ts';

type Group = keyof typeof recommenderOptions;

const GROUPS: Record<Group, string> = {
  events: 'Which events are trained on and predicted. What an event means is a rule of the workspace.',
  items: 'What the towers know of an item.',
  network: 'The two networks: the user tower and the item tower.',
  loss: 'What the target of an event is compared with.',
  training: 'Optimiser, schedule, batches and stopping.',
  linear: 'The linear model, EASE with text. Validation selects its λ, β and decay.',
  reranker: 'The network that orders the candidates of the linear model.',
};

const PRESETS: Record<Preset, string> = {
  learn: 'The default: the linear model, a re-ranker over its candidates, and towers of text and IDs.',
  linear: 'The linear model alone. It is solved, not trained.',
  'content-only': 'The towers alone, from text: every item is treated like a new one.',
  'id-only': 'The towers alone, from behaviour.',
  'learn-paper':
    'LEARN as published: text alone, causal post-LN blocks without positions, cosine similarity, softmax over the full catalogue. It is smaller than the published model, so that it trains on a laptop. The published size is `{"network": {"layers": 4, "hidden": 768, "heads": 12, "dim": 768}}`.',
  sasrec: 'SASRec from IDs alone, with the softmax over the full catalogue.',
};

const INTRODUCTION = `# Options of training

<!-- Written by \`pnpm reference\` from the option tables of the code. Do not edit it by hand. -->

Every option that can be changed in training, by group, with the default of the preset \`learn\`. On
the command line, options are given as a JSON file, \`lorekeep train --config FILE\`; in a program,
as \`config\`. Options that are not given keep the value of the preset:

\`\`\`json
{ "training": { "epochs": 20, "dropout": 0.3 }, "loss": { "kind": "full" } }
\`\`\`

All options are checked before the work begins. An unknown group or option is \`OPTION_UNKNOWN\`. A
value that is not allowed, or that contradicts another option, is \`OPTION_INVALID\`.

[Terms](../explanation/design.md#terms) explains the words, and
[experiments.md](../explanation/experiments.md) how the defaults were chosen. LEARN is arXiv
2405.03988.
`;

const PRESETS_INTRODUCTION = `## Presets

A preset is a set of changes to the defaults above (\`lorekeep train --preset NAME\`).
`;

export function optionsPage(): string {
  const groups = Object.entries(recommenderOptions).map(([group, options]) =>
    [`## ${group}\n`, `${wrapped(GROUPS[group as Group])}\n`, optionList(options), ''].join('\n'),
  );
  const sections = Object.keys(presets).map((preset) => presetSection(preset as Preset));
  return [INTRODUCTION, ...groups, PRESETS_INTRODUCTION, sections.join('\n')].join('\n');
}

function optionList(options: Record<string, Option<unknown>>): string {
  return Object.entries(options)
    .map(([name, { fallback, allowed, meaning }]) => {
      const head = `- **\`${name}\`**: default \`${json(fallback)}\`; ${allowedText(allowed)}.`;
      return `${head}\n${wrapped(meaning, '  ')}`;
    })
    .join('\n');
}

/** `"a" or "b" or "c"` as a list in code font. */
function allowedText(allowed: string): string {
  const quoted = allowed.replace(/"[^"]+"/g, '`$&`');
  return quoted.replace(/` or (?=.* or )/g, '`, ');
}

function presetSection(preset: Preset): string {
  const changes = presets[preset];
  const lines = Object.keys(recommenderOptions)
    .filter((group) => group in changes)
    .map((group) => groupLines(group, changes[group as Group] as Record<string, unknown>));
  const code = lines.length === 0 ? '' : `\n\`\`\`json\n{\n${lines.join(',\n')}\n}\n\`\`\`\n`;
  return `### ${preset}\n\n${wrapped(PRESETS[preset])}\n${code}`;
}

/** One group of a JSON file, on one line if it fits. */
function groupLines(group: string, options: Record<string, unknown>): string {
  const members = Object.entries(options).map(([name, value]) => `"${name}": ${json(value)}`);
  const single = `  "${group}": { ${members.join(', ')} }`;
  return single.length < WIDTH ? single : `  "${group}": {\n    ${members.join(',\n    ')}\n  }`;
}

const json = (value: unknown) => JSON.stringify(value);
