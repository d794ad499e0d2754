/**
 * The batch job over a catalogue of 200,000 generated items, with a real process, store and
 * encoder:
 *
 * 1. one uninterrupted run;
 * 2. the same catalogue in a second store. Its process is killed (SIGKILL) five times, at a sixth,
 *    two sixths … of the texts, and started again each time. Then every stored vector is compared
 *    with that of the first store, byte for byte;
 * 3. a catalogue of 1,000 items, for the memory that does not depend on the size;
 * 4. the job, from survey to last commit, against one `encode` call with all texts of a smaller
 *    catalogue, in turns.
 *
 * The model is all-MiniLM-L6-v2 reduced to its first two layers. Tokenizer, dimension and
 * embeddings stay; the matrix products are a third. With all six layers, a run takes a quarter of
 * an hour on two cores. This bench tests everything around the model, and with the reduced model
 * that part has less time for its work, so the test is stricter.
 *
 * There is no peer: `ratios` compares the job with our own encoder. `--quick`: 12,000 items.
 */
import { spawn } from 'node:child_process';
import { copyFile, cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { simulateShop } from '@lorekeep/datasets';
import { catalogueVectors, loadOnnxEncoder, resolveModel } from '@lorekeep/encoder';
import { type Item, openStore } from '@lorekeep/store';
import { errors } from '../../errors.ts';
import type { BenchOptions, BenchResult } from '../../result.ts';

const CHILD = fileURLToPath(new URL('./child.ts', import.meta.url));
const KILLS = 5;
const LAYERS = 2;
const LOG_EVERY_MS = 15_000;

/** A line that the child writes. */
interface Line {
  peakRssMb: number;
  done?: number;
  total?: number;
  finished?: boolean;
  texts?: number;
  encoded?: number;
  reused?: number;
  seconds?: number;
  job?: number;
  raw?: number;
}

export async function run({ quick, log }: BenchOptions): Promise<BenchResult> {
  const items = quick ? 12_000 : 200_000;
  // Between commits. A short run commits more often, so that it can be killed between commits.
  const seconds = quick ? '0.1' : '2';
  const work = await mkdtemp(join(tmpdir(), 'lorekeep-bench-'));
  try {
    const model = await reducedModel(join(work, 'model'));
    const stores = ['whole', 'killed', 'small', 'ratio'].map((name) => join(work, `${name}.sqlite`));
    const [whole, killed, small, ratio] = stores;
    await fill(whole, items);
    await copyFile(whole, killed);
    await fill(small, 1000);
    await fill(ratio, quick ? 2000 : 10_000);
    log(`${items} items stored`);

    const few = await child(['job', small, model, seconds]);
    const undisturbed = await child(['job', whole, model, seconds], { log });
    log(`uninterrupted: ${undisturbed.seconds?.toFixed(1)} s, ${undisturbed.peakRssMb.toFixed(0)} MB`);

    const started = performance.now();
    let peak = 0;
    let stored = 0;
    for (let kill = 1; kill <= KILLS; kill++) {
      const last = await child(['job', killed, model, seconds], { log, killAt: kill / (KILLS + 1) });
      if (last.finished || (last.done ?? 0) <= stored)
        throw errors.BENCH_RUN_FAILED({ command: 'encode job', answer: `kill ${kill} came too early or too late` });
      stored = last.done ?? 0;
      peak = Math.max(peak, last.peakRssMb);
      log(`killed at ${last.done} of ${last.total} texts`);
    }
    const rest = await child(['job', killed, model, seconds], { log });
    const secondsKilled = (performance.now() - started) / 1000;
    peak = Math.max(peak, rest.peakRssMb);
    const { vectors, different } = await compare(whole, killed, model);
    log(`${different} of ${vectors} vectors differ`);

    const timing = await child(['ratio', ratio, model, quick ? '1' : '3']);
    return {
      figures: {
        items,
        texts: undisturbed.texts!,
        model_layers: LAYERS,
        kills: KILLS,
        vectors_compared: vectors,
        different_vectors: different,
        encoded_by_last_run: rest.encoded!,
        seconds: undisturbed.seconds!,
        seconds_killed_and_restarted: secondsKilled,
        texts_per_s: undisturbed.encoded! / undisturbed.seconds!,
        peak_rss_mb: undisturbed.peakRssMb,
        peak_rss_mb_killed: peak,
        peak_rss_mb_1000_items: few.peakRssMb,
      },
      peers: { encode_call_texts_per_s: (timing.texts! / timing.raw!) * 1000 },
      ratios: { job_vs_encode_call: timing.raw! / timing.job! },
    };
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/**
 * all-MiniLM-L6-v2 with fewer layers. Only its configuration changes: weights of layers that it
 * does not name are not read.
 */
async function reducedModel(folder: string): Promise<string> {
  const { directory } = await resolveModel();
  await cp(directory, folder, { recursive: true, dereference: true });
  const file = join(folder, 'config.json');
  const config = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>;
  await writeFile(file, JSON.stringify({ ...config, num_hidden_layers: LAYERS }));
  return folder;
}

/** Simulated items. Each title ends with the number of the item, so that all texts differ. */
async function fill(path: string, count: number): Promise<void> {
  const store = await openStore(path);
  let batch: Item[] = [];
  let number = 0;
  for (const item of simulateShop({ events: 1000, items: count }).items()) {
    batch.push({ ...item, title: `${item.title ?? ''} ${number++}` });
    if (batch.length < 5000) continue;
    await store.upsertItems(batch);
    batch = [];
  }
  await store.upsertItems(batch);
  await store.close();
}

/**
 * Runs the child to its end. With `killAt`, kills it after it has stored something and the store
 * has at least that share of the texts.
 * @returns its last line
 */
async function child(
  words: string[],
  { killAt = Number.POSITIVE_INFINITY, log = () => {} }: { killAt?: number; log?: (line: string) => void } = {},
): Promise<Line> {
  const job = spawn(process.execPath, [CHILD, ...words], { stdio: ['ignore', 'pipe', 'inherit'] });
  let last: Line = { peakRssMb: 0 };
  let before: number | undefined;
  let loggedAt = performance.now();
  createInterface({ input: job.stdout }).on('line', (text) => {
    last = JSON.parse(text) as Line;
    const { done = 0, total = Number.POSITIVE_INFINITY } = last;
    before ??= done;
    if (done > before && done / total >= killAt) job.kill('SIGKILL');
    if (performance.now() - loggedAt < LOG_EVERY_MS) return;
    loggedAt = performance.now();
    log(`${done} of ${total} texts, ${last.peakRssMb.toFixed(0)} MB`);
  });
  const code = await new Promise((resolve) => job.on('close', resolve));
  if (code !== 0 && killAt === Number.POSITIVE_INFINITY)
    throw errors.BENCH_RUN_FAILED({ command: 'encode job', answer: `it ended with exit code ${code}` });
  return last;
}

/** Compares the vectors of all items in two stores, byte for byte. */
async function compare(a: string, b: string, model: string): Promise<{ vectors: number; different: number }> {
  const encoder = await loadOnnxEncoder(model);
  const [left, right] = await Promise.all([a, b].map((path) => openStore(path, { create: false })));
  const width = encoder.dim * 4;
  let vectors = 0;
  let different = 0;
  for await (const items of left.items({ batchSize: 4096 })) {
    const [one, other] = (
      await Promise.all([left, right].map((store) => catalogueVectors({ store, encoder }, items)))
    ).map((matrix) => Buffer.from(matrix.buffer));
    for (let row = 0; row < items.length; row++, vectors++)
      if (!one.subarray(row * width, (row + 1) * width).equals(other.subarray(row * width, (row + 1) * width)))
        different++;
  }
  await Promise.all([left.close(), right.close(), encoder.close()]);
  return { vectors, different };
}
