/**
 * `lorekeep quickstart`: the whole main job with one command, a short report, and the service left
 * running. Steps whose result is still valid are skipped, so a second run serves within seconds and
 * a stopped run resumes.
 */
import { counted } from '@lorekeep/core';
import type { Recommendations } from '@lorekeep/recommender';
import { checkExposure } from '@lorekeep/serving';
import {
  type EncodeResult,
  hasNothingToLearn,
  type ImportResult,
  NO_MODEL,
  type PublishResult,
  type Refit,
  type TrainOptions,
  type TrainResult,
} from '@lorekeep/workspace';
import { keysOf } from '../access.ts';
import type { CommandContext } from '../context.ts';
import { serveUntilStopped, withEngine } from '../engine.ts';
import { errors } from '../errors.ts';
import { explainStages, pageWords, requestLine } from '../guidance/guidance.ts';
import { SIMULATED } from '../guidance/simulated.ts';
import { WITHOUT_MODEL } from '../guidance/without-model.ts';
import { testTable } from '../metrics-tables.ts';
import { userPath } from '../paths.ts';
import { publishedBefore } from '../simulation/published-before.ts';
import { isSimulated } from '../simulation/simulation.ts';
import { contentOf, duration } from '../terminal.ts';
import { encodeSummary, userModel } from './encode.ts';
import { importSummary, type ReadingCommandOptions, readingOptionsOf } from './import.ts';
import { publishSummary } from './publish.ts';
import { trainSummary } from './train.ts';

export interface QuickstartCommandOptions extends ReadingCommandOptions {
  workspace: string;
  data?: string;
  model?: string;
  preset: TrainOptions['preset'];
  refit: Refit;
  seed: number;
  threads?: number;
  port: number;
  host: string;
  serve: boolean;
  simulate?: boolean;
}

const EXAMPLE_USERS = 3;
const EXAMPLE_ITEMS = 5;
/** Shorter histories make poor examples. */
const MIN_EXAMPLE_EVENTS = 4;

interface Example {
  user: string;
  history: string[];
  recommendations: string[];
}

export async function quickstartCommand(context: CommandContext, options: QuickstartCommandOptions): Promise<void> {
  const { output, run } = context;
  const started = performance.now();
  // Better now than after the training.
  if (options.simulate && options.data !== undefined) throw errors.SIMULATE_REAL_DATA();
  if (options.serve) await checkExposure(options.host, await keysOf(context.workspace));
  const explained = { ...context, run: { ...run, progress: explainStages(output) } };
  const steps = await runSteps(explained, options);
  const simulate = options.serve && (await isSimulated(context, options.simulate, options.data === undefined));
  await withEngine(context, options, async (engine) => {
    const examples = await findExamples(context, (user) =>
      engine.recommend({ user, k: EXAMPLE_ITEMS, withItems: true }),
    );
    const seconds = (performance.now() - started) / 1000;
    const result = resultOf(steps, examples, seconds);
    const report = reportOf(steps, examples, seconds);
    if (!options.serve) {
      output.result({ ...result, address: null }, report.join('\n'));
      return;
    }
    await serveUntilStopped(context, engine, { ...options, simulate }, (address) => {
      const usage = [...usageOf(address, examples), ...(simulate ? ['', SIMULATED] : [])];
      output.result({ ...result, address }, [...report, ...usage].join('\n'));
    });
  });
}

interface Steps {
  imported: ImportResult;
  encoded: EncodeResult;
  /** Absent if there is nothing to learn from. */
  trained?: TrainResult;
  published: PublishResult;
}

async function runSteps(context: CommandContext, options: QuickstartCommandOptions): Promise<Steps> {
  const { workspace, output, run } = context;
  const { data, model, preset, refit, seed, threads } = options;
  const reading = readingOptionsOf(options, await workspace.store.eventRules(), output);
  const imported =
    data === undefined
      ? await workspace.importSimulatedShop({}, run)
      : { ...(await workspace.importDirectory(userPath(data), reading, run)), source: data };
  output.note(`import    ${importSummary(imported)}`);
  const encoded = await workspace.encode({ model: userModel(model), threads }, run);
  output.note(`encode    ${encodeSummary(encoded)}`);
  const before = data === undefined ? await publishedBefore(context, options) : undefined;
  if (before !== undefined) {
    const later = counted(before.laterEvents, 'event');
    output.note(`train     Already trained, nothing to do: model ${before.trained.version}. ${later} came later.`);
    return { imported, encoded, ...before };
  }
  const trained = await workspace.train({ preset, refit, seed, threads }, run).catch((error: unknown) => {
    if (!hasNothingToLearn(error)) throw error;
    output.note(`train     ${(error as Error).message}`);
    return undefined;
  });
  if (trained !== undefined) output.note(`train     ${trainSummary(trained)}`);
  const what = trained === undefined ? { model: NO_MODEL } : {};
  const published = await workspace.publish({ ...what, threads, skipIfLive: true }, run);
  output.note(`publish   ${publishSummary(published)}`);
  return { imported, encoded, trained, published };
}

/** The result line of `--json`, without the address. */
function resultOf({ imported, encoded, trained, published }: Steps, examples: Example[], seconds: number) {
  const { source, counts, skipped } = imported;
  const { model, isLanguageModel, dim } = encoded;
  return {
    data: { source, ...counts, skipped },
    encoder: { model, isLanguageModel, dim },
    model: trained === undefined ? null : { version: trained.version, preset: trained.manifest.preset },
    metrics: trained?.metrics ?? null,
    index: published.manifest.index,
    examples,
    seconds,
  };
}

function reportOf({ imported, encoded, trained, published }: Steps, examples: Example[], seconds: number): string[] {
  const { source, counts } = imported;
  const { index } = published.manifest;
  return [
    '',
    `Data      ${source}: ${contentOf(counts)}`,
    `Model     ${modelWords(trained, encoded)}`,
    `Index     ${index.kind}, recall@10 ${index.recallAt10.toFixed(4)} against an exact scan`,
    `Time      ${duration(seconds)}`,
    '',
    ...(trained === undefined
      ? [WITHOUT_MODEL]
      : ['Metrics on the test users, with the whole catalogue ranked:', testTable(trained.manifest)]),
    '',
    ...examples.flatMap(({ user, history, recommendations }) => [
      `User ${user}`,
      ...history.map((title) => `    had   ${title}`),
      ...recommendations.map((title) => `    gets  ${title}`),
      '',
    ]),
  ];
}

function modelWords(trained: TrainResult | undefined, { name, isLanguageModel }: EncodeResult): string {
  const encoder = `${name}${isLanguageModel ? '' : ' (NOT a language model)'}`;
  if (trained === undefined) return `none; texts are compared by ${encoder}`;
  return `${trained.manifest.preset} on ${encoder}, version ${trained.version}`;
}

function usageOf(address: string, examples: Example[]): string[] {
  const body = { user: examples[0]?.user ?? 'USER', k: EXAMPLE_ITEMS, withItems: true };
  return [
    `Service   ${address}   (press Ctrl-C to stop)`,
    '',
    `  ${requestLine(address, body)}`,
    '',
    `Page      ${pageWords(address)}`,
  ];
}

/** Three users with some history, spread evenly over the log, so that every run shows the same. */
async function findExamples(
  { workspace: { store } }: CommandContext,
  recommend: (user: string) => Promise<Recommendations>,
): Promise<Example[]> {
  const { userIds, offsets } = await store.interactionLog();
  const eligible = userIds.filter((_, user) => offsets[user + 1] - offsets[user] >= MIN_EXAMPLE_EVENTS);
  const users = Array.from(
    { length: Math.min(EXAMPLE_USERS, eligible.length) },
    (_, i) => eligible[Math.floor(((i + 0.5) * eligible.length) / EXAMPLE_USERS)],
  );
  // Several events may be of one item (a click, then a purchase), so read more events than are
  // shown.
  const histories = await store.histories(users, 4 * EXAMPLE_ITEMS);
  return Promise.all(
    users.map(async (user, at) => {
      const items = await store.getItems(histories[at]);
      const { items: recommended } = await recommend(user);
      return {
        user,
        history: [...new Set(histories[at].map((id, i) => items[i]?.title ?? id))].slice(-EXAMPLE_ITEMS),
        recommendations: recommended.map(({ id, item }) => item?.title ?? id),
      };
    }),
  );
}
