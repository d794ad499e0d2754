/**
 * One training step against PyTorch: a causal transformer (batch 128, 50 positions, post-norm
 * layers, 4 heads, GELU, dropout .1 where BERT and LEARN have it, tied softmax over 1,000 items at
 * every position) and AdamW with clipping. There are two sizes: dimension 128 with 2 layers, and
 * dimension 256 with 4. The small size is also timed without dropout. `--quick` does not compile
 * the large size for PyTorch, which takes a minute.
 *
 * Both sides start from the same parameters and read the same batch. Before anything is timed, the
 * loss and every gradient are compared without dropout. Then blocks of steps alternate, with the
 * same number of threads on both sides.
 *
 * * `gemm_peak_fraction`: arithmetic of the matrix products of a step per second, divided by the
 *   speed of one large product in the same run. A step of matrix products alone would reach 1.
 * * `step_in_…_fraction`: the time of the first thread by kind of operator: products, elementwise
 *   operations, reductions (softmax and normalisation included), moving data. The rest,
 *   `step_outside_operators_fraction`, is outside the graph of loss and gradients: the optimiser,
 *   the masks of dropout, waiting for the other threads.
 * * `gemm_peak_vs_pytorch_gemm_peak`: one large product of both libraries on all threads.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRandom } from '@lorekeep/core';
import {
  type Arrays,
  compileGraph,
  createSession,
  createTrainer,
  namedArray,
  readSafetensors,
  saveSafetensors,
  type Trainer,
  tf,
} from '@lorekeep/graph';
import { interleave, median } from '../../measure/interleave.ts';
import { peerPython } from '../../peers/environments.ts';
import { openPeer, type Peer } from '../../peers/peer.ts';
import type { BenchOptions, BenchResult } from '../../result.ts';
import { timeByKind } from './profile.ts';
import { gemmFlops, initialParameters, randomBatch, type TransformerShape, transformerLoss } from './transformer.ts';

const SMALL: TransformerShape = { batch: 128, length: 50, dim: 128, layers: 2, heads: 4, items: 1000 };
const LARGE: TransformerShape = { ...SMALL, dim: 256, layers: 4 };
/**
 * Each thread computes its share of the batch in this number of parts, one after the other, so that
 * activations stay in the cache. The gradients are the same.
 */
const MICRO_BATCHES = 4;
const DROPOUT = 26 / 256;
const OPTIMISER = { learningRate: 1e-3, beta1: 0.9, beta2: 0.98, epsilon: 1e-8, weightDecay: 0.01, clipNorm: 1 };
const REQUIREMENTS = ['torch==2.15.0', 'safetensors==0.8.0', 'numpy==2.4.6'];

/** Rows and columns of the large product that measures the peak of the machine. */
const PEAK_SIZE = 1536;

/** GFLOP/s of one large product in ONNX Runtime. */
async function gemmPeak(threads: number): Promise<number> {
  const size = PEAK_SIZE;
  const inputs = { a: { shape: [size, size] }, b: { shape: [size, size] } };
  const session = await createSession(
    compileGraph(({ a, b }) => ({ c: tf.matMul(a, b) }), inputs),
    { threads },
  );
  const array = () => namedArray([size, size], new Float32Array(size * size).fill(0.5));
  const feeds = { a: array(), b: array() };
  const into = { c: array() };
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 6; i++) {
    const start = performance.now();
    await session.run(feeds, into);
    best = Math.min(best, performance.now() - start);
  }
  await session.close();
  return (2 * size ** 3) / best / 1e6;
}

/** Largest difference of any gradient entry, relative to the largest entry of the same gradient. */
function maxRelativeError(ours: Arrays, theirs: Arrays): number {
  let worst = 0;
  for (const [name, { data }] of Object.entries(theirs)) {
    let scale = 0;
    let difference = 0;
    for (let i = 0; i < data.length; i++) {
      scale = Math.max(scale, Math.abs(Number(data[i])));
      difference = Math.max(difference, Math.abs(Number(data[i]) - Number(ours[name].data[i])));
    }
    worst = Math.max(worst, difference / scale);
  }
  return worst;
}

export async function run({ quick, log }: BenchOptions): Promise<BenchResult> {
  const threads = availableParallelism();
  const directory = await mkdtemp(join(tmpdir(), 'lorekeep-bench-'));
  const peer = await openPeer('train_step.py', await peerPython(REQUIREMENTS, { log }), { log });
  try {
    const small = await contest(SMALL, peer, directory, { threads, quick, log, whole: true });
    const large = await contest(LARGE, peer, directory, { threads, quick, log, whole: false });
    return {
      figures: {
        ...small.figures,
        ...suffixed(large.figures),
        max_relative_gradient_error: Math.max(
          small.figures.max_relative_gradient_error,
          large.figures.max_relative_gradient_error,
        ),
      },
      peers: { ...small.peers, ...suffixed(large.peers) },
      ratios: { ...small.ratios, ...suffixed(large.ratios) },
    };
  } finally {
    await peer.close();
    await rm(directory, { recursive: true, force: true });
  }
}

const suffixed = (values: Record<string, number>) =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [`${name}_256x4`, value]));

interface ContestOptions extends Pick<BenchOptions, 'quick' | 'log'> {
  threads: number;
  /** Also times the step without dropout, and measures the memory of many steps. */
  whole: boolean;
}

/** Measures both sides at one size. */
async function contest(
  shape: TransformerShape,
  peer: Peer,
  directory: string,
  { threads, quick, log, whole }: ContestOptions,
) {
  const parameters = initialParameters(shape, 42);
  const batch = randomBatch(shape, 7);
  const trainerWith = (rate: number, profile?: string) =>
    createTrainer({
      loss: (p, given, context) => transformerLoss(shape, rate, p, given, context),
      parameters,
      optimiser: OPTIMISER,
      random: createRandom(1),
      shards: shape.batch % (threads * MICRO_BATCHES) === 0 ? threads : 1,
      microBatches: MICRO_BATCHES,
      threads,
      profile,
    });
  const trainer = await trainerWith(DROPOUT);
  const plain = await trainerWith(0);
  try {
    const files = {
      parameters: join(directory, 'parameters.safetensors'),
      batch: join(directory, 'batch.safetensors'),
      gradients: join(directory, 'gradients.safetensors'),
    };
    await saveSafetensors(files.parameters, parameters);
    await saveSafetensors(files.batch, batch);
    const { layers, heads } = shape;
    const peerSetup = {
      parameters: files.parameters,
      batch: files.batch,
      layers,
      heads,
      threads,
      optimiser: OPTIMISER,
    };
    await peer.call('setup', peerSetup);

    const theirs = await peer.call<{ loss: number }>('gradients', { path: files.gradients });
    const ours = await plain.gradients(batch);
    const gradientError = maxRelativeError(ours.gradients, (await readSafetensors(files.gradients)).arrays);
    const lossError = Math.abs(ours.loss - theirs.loss) / theirs.loss;
    log(`loss ${ours.loss} and ${theirs.loss}; largest relative gradient difference ${gradientError.toExponential(2)}`);

    const perBlock = whole ? (quick ? 3 : 5) : 2;
    const steps = (kind: string, dropout: number) => async () =>
      (await peer.call<{ milliseconds: number }>('steps', { kind, count: perBlock, dropout })).milliseconds;
    const ownSteps = (own: Trainer) => async () => {
      const start = performance.now();
      for (let i = 0; i < perBlock; i++) await own.step(batch);
      return (performance.now() - start) / perBlock;
    };
    const compiles = whole || !quick;
    if (compiles) {
      log('compiling the peer with torch.compile');
      await peer.call('compile', { dropout: DROPOUT });
    }
    const rounds = whole ? (quick ? 4 : 9) : quick ? 2 : 5;
    const { lorekeep, eager, compiled } = await interleave<'lorekeep' | 'eager' | 'compiled'>(
      [
        { name: 'lorekeep', run: ownSteps(trainer) },
        { name: 'eager', run: steps('eager', DROPOUT) },
        ...(compiles ? [{ name: 'compiled' as const, run: steps('compiled', DROPOUT) }] : []),
      ],
      { rounds, warmup: 1 },
    );
    const peak = await gemmPeak(threads);
    const { gflops: theirPeak } = await peer.call<{ gflops: number }>('peak', { size: PEAK_SIZE });
    const prefix = join(directory, `profile-${shape.dim}`);
    const profiled = await whereTimeGoes(await trainerWith(DROPOUT, prefix), batch, prefix);
    const figures: Record<string, number> & { max_relative_gradient_error: number } = {
      step_ms: lorekeep.median,
      max_relative_gradient_error: gradientError,
      relative_loss_error: lossError,
      gemm_peak_fraction: gemmFlops(shape) / (lorekeep.median * 1e6) / peak,
      gemm_peak_gflops: peak,
      ...profiled,
    };
    const peers: Record<string, number> = { pytorch_eager_ms: eager.median, pytorch_gemm_peak_gflops: theirPeak };
    const ratios: Record<string, number> = {
      step_time_vs_pytorch_eager_time: lorekeep.median / eager.median,
      gemm_peak_vs_pytorch_gemm_peak: peak / theirPeak,
    };
    if (compiles) {
      peers.torch_compile_ms = compiled.median;
      ratios.step_time_vs_torch_compile_time = lorekeep.median / compiled.median;
    }
    if (whole) {
      const { lorekeepPlain, eagerPlain } = await interleave(
        [
          { name: 'lorekeepPlain', run: ownSteps(plain) },
          { name: 'eagerPlain', run: steps('eager', 0) },
        ],
        { rounds, warmup: 1 },
      );
      figures.step_without_dropout_ms = lorekeepPlain.median;
      peers.pytorch_eager_without_dropout_ms = eagerPlain.median;
      ratios.step_without_dropout_vs_pytorch_eager_time = lorekeepPlain.median / eagerPlain.median;
    }

    // Losses of the first steps from the same start. They depend on the optimisers too.
    await peer.call('setup', peerSetup);
    const fresh = await trainerWith(0);
    const count = whole ? 10 : 3;
    const { losses } = await peer.call<{ losses: number[] }>('steps', { kind: 'eager', count, dropout: 0 });
    let trajectoryError = 0;
    for (const peerLoss of losses)
      trajectoryError = Math.max(trajectoryError, Math.abs((await fresh.step(batch)).loss - peerLoss) / peerLoss);
    await fresh.close();
    figures[`relative_loss_error_${count}_steps`] = trajectoryError;

    if (whole) {
      const total = quick ? 50 : 1000;
      figures.rss_growth_percent = await memoryGrowth(() => trainer.step(batch), total, log);
      figures.rss_growth_steps = total;
    }
    return { figures, peers, ratios };
  } finally {
    await trainer.close();
    await plain.close();
  }
}

/**
 * Shares of the time of a step. Profiling slows steps a little, so they are not those that are
 * timed.
 */
async function whereTimeGoes(trainer: Trainer, batch: Arrays, prefix: string): Promise<Record<string, number>> {
  const times: number[] = [];
  for (let i = 0; i < 10; i++) {
    const start = performance.now();
    await trainer.step(batch);
    times.push(performance.now() - start);
  }
  await trainer.close();
  const step = median(times);
  const kinds = Object.entries(await timeByKind(prefix));
  const inside = kinds.reduce((sum, [, time]) => sum + time, 0);
  return {
    ...Object.fromEntries(kinds.map(([kind, time]) => [`step_in_${kind}_fraction`, time / step])),
    step_outside_operators_fraction: Math.max(0, step - inside) / step,
  };
}

/**
 * Growth of resident memory over `steps`, in percent. It compares the medians of the first and the
 * last tenth, so that a single garbage collection does not count.
 */
async function memoryGrowth(step: () => Promise<unknown>, steps: number, log: (line: string) => void): Promise<number> {
  const samples: number[] = [];
  for (let i = 0; i < steps; i++) {
    await step();
    samples.push(process.memoryUsage.rss());
    if ((i + 1) % 100 === 0) log(`memory: step ${i + 1} of ${steps}, ${(samples[i] / 2 ** 20).toFixed(0)} MiB`);
  }
  const tenth = Math.floor(steps / 10);
  return (median(samples.slice(-tenth)) / median(samples.slice(0, tenth)) - 1) * 100;
}
