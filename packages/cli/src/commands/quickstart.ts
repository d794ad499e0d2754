/**
 * `lorekeep quickstart`: the whole main job with one command. Import, encode, train, evaluate, publish, a short report,
 * and the service left running. Every stage whose result is there and still valid is skipped, so that a second run
 * is at the service within seconds and a stopped one goes on where it was.
 */
import type { Preset, Recommendations } from '@lorekeep/recommender';
import { encodeStage } from '../stages/encode.ts';
import { withEngine } from '../stages/engine.ts';
import { importDirectoryStage, importSimulatedStage } from '../stages/import.ts';
import { publishStage } from '../stages/publish.ts';
import { testTable } from '../stages/report.ts';
import { serveStage } from '../stages/serve.ts';
import { type Refit, trainStage } from '../stages/train.ts';
import { duration } from '../terminal.ts';
import type { StageContext } from '../workspace.ts';
import { encodeSentence } from './encode.ts';
import { importSentence } from './import.ts';
import { publishSentence } from './publish.ts';

export interface QuickstartOptions {
  data?: string;
  skipBad: number;
  model?: string;
  preset: Preset;
  refit: Refit;
  seed: number;
  threads?: number;
  port: number;
  host: string;
  serve: boolean;
}

const EXAMPLE_USERS = 3;
const EXAMPLE_EVENTS = 5;
/** An example is worth reading from so many events on. */
const EXAMPLE_LEAST_EVENTS = 4;

interface Example {
  user: string;
  history: string[];
  recommendations: string[];
}

export async function quickstart(context: StageContext, options: QuickstartOptions): Promise<void> {
  const { output, workspace } = context;
  const { data, skipBad, model, preset, refit, seed, threads } = options;
  const started = performance.now();

  const imported =
    data === undefined ? await importSimulatedStage(context) : await importDirectoryStage(context, data, { skipBad });
  output.note(`import    ${importSentence(imported)}`);
  const encoded = await encodeStage(context, { model, threads });
  output.note(`encode    ${encodeSentence(encoded)}`);
  const protocol = 'leave-one-out';
  const trained = await trainStage(context, { preset, config: {}, protocol, refit, seed, threads });
  const { manifest } = trained;
  output.note(
    trained.unchanged
      ? `train     Already trained on exactly this, nothing to do: version ${manifest.version}.`
      : `train     Version ${manifest.version} in ${duration(trained.seconds)}.`,
  );
  const published = await publishStage(context, { threads, skipIfLive: true });
  output.note(`publish   ${publishSentence(published.manifest)}`);

  await withEngine(context, { threads }, async (engine) => {
    const examples = await findExamples(context, (user) =>
      engine.recommend({ user, k: EXAMPLE_EVENTS, withItems: true }),
    );
    const seconds = (performance.now() - started) / 1000;
    const { counts } = imported;
    const result = {
      data: { source: imported.source, ...counts, skipped: imported.skipped },
      encoder: { model: encoded.model, isLanguageModel: encoded.isLanguageModel, dim: encoded.dim },
      model: { version: manifest.version, preset: manifest.preset },
      metrics: manifest.metrics,
      index: published.manifest.index,
      examples,
      seconds,
    };
    const report = [
      '',
      `Data      ${imported.source}: ${count(counts.items)} items, ${count(counts.users)} users, ${count(counts.events)} events`,
      `Model     ${manifest.preset} on ${encoded.name}${encoded.isLanguageModel ? '' : ' (NOT a language model)'}, version ${manifest.version}`,
      `Index     ${published.manifest.index.kind}, recall@10 ${published.manifest.index.recallAt10.toFixed(4)} against an exact scan`,
      `Time      ${duration(seconds)}`,
      '',
      'Test users, the whole catalogue ranked:',
      testTable(manifest),
      '',
      ...examples.flatMap(exampleLines),
    ];
    if (!options.serve) {
      output.result(
        { ...result, address: null },
        [...report, `Serve it with: lorekeep serve${hint(workspace.dir)}`].join('\n'),
      );
      return;
    }
    await serveStage(context, engine, options, (address) => {
      const how = [
        `Service   ${address}   (Ctrl-C stops it)`,
        '',
        `  curl -s ${address}/v1/recommend -H 'content-type: application/json' -d '${JSON.stringify({ user: examples[0]?.user ?? 'anybody', k: 5, withItems: true })}'`,
      ];
      output.result({ ...result, address }, [...report, ...how].join('\n'));
    });
  });
}

const count = (n: number) => n.toLocaleString('en-US');
const hint = (dir: string) => (dir.endsWith('.lorekeep') ? '' : ` --workspace ${dir}`);

/** Three users with something in their history, evenly spread over the corpus, so that every run shows the same. */
async function findExamples(
  { workspace }: StageContext,
  recommend: (user: string) => Promise<Recommendations>,
): Promise<Example[]> {
  const { userIds, offsets } = await workspace.store.interactionLog();
  const eligible = userIds.filter((_, user) => offsets[user + 1] - offsets[user] >= EXAMPLE_LEAST_EVENTS);
  const users = Array.from(
    { length: Math.min(EXAMPLE_USERS, eligible.length) },
    (_, i) => eligible[Math.floor(((i + 0.5) * eligible.length) / EXAMPLE_USERS)],
  );
  // One item may be clicked, put into the cart and bought: read more than is shown.
  const histories = await workspace.store.histories(users, 4 * EXAMPLE_EVENTS);
  return Promise.all(
    users.map(async (user, at) => {
      const items = await workspace.store.getItems(histories[at]);
      const { items: recommended } = await recommend(user);
      return {
        user,
        history: [...new Set(histories[at].map((id, i) => items[i]?.title ?? id))].slice(-EXAMPLE_EVENTS),
        recommendations: recommended.map(({ id, item }) => item?.title ?? id),
      };
    }),
  );
}

function exampleLines({ user, history, recommendations }: Example): string[] {
  return [
    `User ${user}`,
    ...history.map((title) => `    had   ${title}`),
    ...recommendations.map((title) => `    gets  ${title}`),
    '',
  ];
}
