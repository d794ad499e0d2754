/**
 * The batch job over a catalogue of 200,000 generated items, real process, real store, real sentence encoder:
 *
 * 1. one run that nobody interrupts;
 * 2. the same catalogue in a second store, its process killed (SIGKILL) five times, at a sixth, two sixths … of the texts,
 *    started again each time; every stored vector is then compared with the first store's, byte for byte;
 * 3. a catalogue of 1,000 items, for what memory does not depend on the size of;
 * 4. the job, from survey to last commit, against one `encode` call with all texts of a smaller catalogue, in turns.
 *
 * The model is all-MiniLM-L6-v2 cut to its first two layers: its tokenizer, width and embeddings, a third of its
 * products. With all six, 200,000 texts take a quarter of an hour a run on two cores, and what is on trial here, all that
 * is not the model, would have three times as long to do its work: the cut model is the stricter test.
 * There is no peer: `ratios` holds the job against our own encoder. `--quick`: 12,000 items.
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
import type { BenchOptions, BenchResult } from './result.ts';

const CHILD = fileURLToPath(new URL('./encode-job-child.ts', import.meta.url));
const KILLS = 5;
const LAYERS = 2;

/** A line of the child. */
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
  // Between commits; a short run needs more of them, to be killed between.
  const seconds = quick ? '0.1' : '2';
  const work = await mkdtemp(join(tmpdir(), 'lorekeep-bench-'));
  try {
    const model = await cutModel(join(work, 'model'));
    const stores = ['whole', 'killed', 'small', 'ratio'].map((name) => join(work, `${name}.sqlite`));
    const [whole, killed, small, ratio] = stores;
    await fill(whole, items);
    await copyFile(whole, killed);
    await fill(small, 1000);
    await fill(ratio, quick ? 2000 : 10_000);
    log(`${items} items stored`);

    const few = await child(['job', small, model, seconds]);
    const undisturbed = await child(['job', whole, model, seconds], { log });
    log(`not interrupted: ${undisturbed.seconds?.toFixed(1)} s, ${undisturbed.peakRssMb.toFixed(0)} MB`);

    const started = performance.now();
    let peak = 0;
    let stored = 0;
    for (let kill = 1; kill <= KILLS; kill++) {
      const last = await child(['job', killed, model, seconds], { log, killAt: kill / (KILLS + 1) });
      if (last.finished || (last.done ?? 0) <= stored) throw new Error(`kill ${kill} came too late or too early`);
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

/** all-MiniLM-L6-v2 with fewer layers: only its configuration changes, weights of layers it does not name are not read. */
async function cutModel(folder: string): Promise<string> {
  const { directory } = await resolveModel();
  await cp(directory, folder, { recursive: true, dereference: true });
  const file = join(folder, 'config.json');
  const config = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>;
  await writeFile(file, JSON.stringify({ ...config, num_hidden_layers: LAYERS }));
  return folder;
}

/** Simulated items; each title ends with the item's number, so that all texts differ. */
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
 * Runs the child to its end, or kills it once it has stored something and the store has more than a share of the texts.
 * @returns its last line; when it was killed, the last one before
 */
async function child(
  words: string[],
  { killAt = Number.POSITIVE_INFINITY, log = () => {} }: { killAt?: number; log?: (line: string) => void } = {},
): Promise<Line> {
  const process_ = spawn(process.execPath, [CHILD, ...words], { stdio: ['ignore', 'pipe', 'inherit'] });
  let last: Line = { peakRssMb: 0 };
  let before: number | undefined;
  let toldAt = performance.now();
  createInterface({ input: process_.stdout }).on('line', (text) => {
    last = JSON.parse(text) as Line;
    const { done = 0, total = Number.POSITIVE_INFINITY } = last;
    before ??= done;
    if (done > before && done / total >= killAt) process_.kill('SIGKILL');
    if (performance.now() - toldAt < 15_000) return;
    toldAt = performance.now();
    log(`${done} of ${total} texts, ${last.peakRssMb.toFixed(0)} MB`);
  });
  const code = await new Promise((resolve) => process_.on('close', resolve));
  if (code !== 0 && killAt === Number.POSITIVE_INFINITY) throw new Error(`the job ended with exit code ${code}`);
  return last;
}

/** Every item's vector in one store against the other's, by its bytes. */
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
