/**
 * The frozen text encoder, fp32 and int8, against three peers: sentence-transformers (PyTorch
 * fp32), its own ONNX backend, and `@huggingface/transformers`. All use the same weights, item
 * texts, maximum length and number of threads. First all vectors are compared with PyTorch's. Then
 * all sides encode all texts in turns; tokenising and sorting count on all sides. Then single texts
 * are encoded one by one, as for an upsert or a search.
 *
 * Every peer is checked before the first measurement. A peer that cannot run is left out with a
 * note in the log, and so are the figures that need it.
 *
 * Texts: 500 each of three real catalogues if they are in `../shared/data` (short: Arts, titles;
 * middle: Scientific, title, brand and category; long: Office, with descriptions), else of a
 * simulated shop; with `--data` of that directory. Keys without a suffix are of the middle sample.
 *
 * Full runs also train twice on Scientific with the same seed, on vectors of either precision, and
 * report NDCG@10 on validation beside that of the untrained baseline `last-item-knn`.
 *
 * `gemm_peak_fraction` is the multiplications and additions of the linear layers per second of
 * encoding, without padding, divided by the speed of matrix products on this machine: of one 1024³
 * product on all threads or of one product per thread, the faster of the two.
 */
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { loadOnnxEncoder, resolveModel } from '@lorekeep/encoder';
import { defaultData } from '../../data/default-data.ts';
import { textSamples } from '../../data/item-texts.ts';
import { peakRssMb } from '../../measure/machine.ts';
import { closePeers } from '../../peers/available.ts';
import type { BenchOptions, BenchResult } from '../../result.ts';
import { measure, operationsPerToken } from './contest.ts';
import { openEncodePeers } from './peers.ts';

/** The sample whose figures have keys without a suffix. */
const HEADLINE = 'middle';

export async function run({ quick, data, log }: BenchOptions): Promise<BenchResult> {
  const threads = availableParallelism();
  const samples = await textSamples(data, quick ? 100 : 500);
  const model = await resolveModel();
  const open = (precision: 'fp32' | 'int8') =>
    loadOnnxEncoder(model.directory, { threads, name: model.name, weights: model.weights, precision });
  const peers = await openEncodePeers(model, threads, log);
  const closing: (() => Promise<void>)[] = [() => closePeers(peers)];
  try {
    const fp32 = await open('fp32');
    closing.push(() => fp32.close());
    const ours = new Map<string, Float32Array>();
    for (const { name, texts } of samples) ours.set(name, await fp32.encode(texts));
    // Measured before anything else is loaded: the memory of a program that only encodes.
    const result: BenchResult = { figures: { peak_rss_mb: peakRssMb() }, peers: {}, ratios: {} };
    const int8 = await open('int8');
    closing.push(() => int8.close());
    const operations = await operationsPerToken(model.directory);

    const headline = samples.find(({ name }) => name === HEADLINE) ?? samples[0];
    for (const sample of samples) {
      const suffix = samples.length > 1 ? `_${sample.name}` : '';
      log(`${sample.name}: ${sample.texts.length} texts`);
      const contest = { fp32, int8, peers, threads, quick, operations };
      const measured = await measure(sample.texts, ours.get(sample.name)!, contest);
      for (const group of ['figures', 'peers', 'ratios'] as const)
        for (const [key, value] of Object.entries(measured[group])) {
          if (suffix !== '') result[group][`${key}${suffix}`] = value;
          if (sample === headline) result[group][key] = value;
          log(`  ${key} ${value.toPrecision(6)}`);
        }
    }
    const catalogue = data ?? defaultData();
    if (!quick && catalogue !== undefined && existsSync(join(catalogue, 'interactions.tsv.gz'))) {
      log('training on vectors of either precision');
      const { qualityOfPrecisions } = await import('./precision-quality.ts');
      Object.assign(result.figures, await qualityOfPrecisions(catalogue, log));
    }
    return result;
  } finally {
    await Promise.all(closing.map((close) => close()));
  }
}
