/**
 * One training step, in one ONNX graph, against PyTorch: a causal transformer (batch 128, 50 positions, 128 wide,
 * 2 post-norm layers, 4 heads, GELU, dropout .1 where BERT and LEARN have it, tied softmax over 1,000 items at every
 * position), AdamW with clipping. The same step without dropout is timed beside it.
 *
 * Both sides start from the same parameters and see the same batch; the loss and every gradient are compared, dropout
 * off, before anything is timed. Then blocks of steps alternate, on equally many threads. `gemm_peak_fraction` is the arithmetic
 * of the step's matrix products over what one large product reaches on this machine in the same run: the distance
 * to a step that does nothing but multiply.
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
  gelu,
  layerNorm,
  type ModelContext,
  namedArray,
  readSafetensors,
  saveSafetensors,
  softmaxCrossEntropy,
  type Tensors,
  type Trainer,
  tf,
} from '@lorekeep/graph';
import { interleave, median } from './interleave.ts';
import { peerPython, startPeer } from './peers.ts';
import type { BenchOptions, BenchResult } from './result.ts';

type Tensor = Tensors[string];

const BATCH = 128;
/** Parts of the batch that are computed one after another, so that activations stay in the cache; same gradients. */
const MICRO_BATCHES = 8;
const LENGTH = 50;
const DIM = 128;
const HEADS = 4;
const LAYERS = 2;
const ITEMS = 1000;
const DROPOUT = 26 / 256;
const OPTIMISER = { learningRate: 1e-3, beta1: 0.9, beta2: 0.98, epsilon: 1e-8, weightDecay: 0.01, clipNorm: 1 };
const REQUIREMENTS = ['torch==2.15.0', 'safetensors==0.8.0', 'numpy==2.4.6'];

function initialParameters(seed: number): Arrays {
  const random = createRandom(seed);
  const parameters: Arrays = {};
  const normal = (name: string, shape: number[], deviation: number) => {
    const size = shape.reduce((product, dim) => product * dim, 1);
    parameters[name] = namedArray(
      shape,
      Float32Array.from({ length: size }, () => deviation * random.normal()),
    );
  };
  const linear = (name: string, from: number, to: number) => {
    normal(`${name}.weight`, [from, to], 1 / Math.sqrt(from));
    normal(`${name}.bias`, [to], 0.02);
  };
  normal('items', [ITEMS, DIM], 0.1);
  normal('positions', [LENGTH, DIM], 0.1);
  for (let layer = 0; layer < LAYERS; layer++) {
    linear(`block${layer}.qkv`, DIM, 3 * DIM);
    linear(`block${layer}.out`, DIM, DIM);
    linear(`block${layer}.up`, DIM, 4 * DIM);
    linear(`block${layer}.down`, 4 * DIM, DIM);
    for (const norm of ['norm1', 'norm2']) {
      parameters[`block${layer}.${norm}.gain`] = namedArray([DIM], new Float32Array(DIM).fill(1));
      parameters[`block${layer}.${norm}.bias`] = namedArray([DIM], new Float32Array(DIM));
    }
  }
  return parameters;
}

/** Users walking through the catalogue; the next item depends on the last, so there is something to learn. */
function randomBatch(seed: number): Arrays {
  const random = createRandom(seed);
  const items = new Int32Array(BATCH * LENGTH);
  const targets = new Int32Array(BATCH * LENGTH);
  for (let row = 0; row < BATCH; row++) {
    let item = random.int(ITEMS);
    for (let position = 0; position < LENGTH; position++) {
      items[row * LENGTH + position] = item;
      item = (item * 7 + random.int(3)) % ITEMS;
      targets[row * LENGTH + position] = item;
    }
  }
  return { items: namedArray([BATCH, LENGTH], items), targets: namedArray([BATCH, LENGTH], targets) };
}

/** `x [rows, from]` → `[rows, to]` */
function linear(p: Tensors, name: string, x: Tensor): Tensor {
  return tf.add(tf.matMul(x, p[`${name}.weight`]), p[`${name}.bias`]);
}

function norm(p: Tensors, name: string, x: Tensor): Tensor {
  return layerNorm(x, p[`${name}.gain`], p[`${name}.bias`]);
}

/** `x [batch · length, dim]`, `mask [length, length]` (0 or a large negative number) */
function block(p: Tensors, name: string, x: Tensor, mask: Tensor, drop: (x: Tensor) => Tensor): Tensor {
  const width = DIM / HEADS;
  const qkv = tf.reshape(linear(p, `${name}.qkv`, x), [-1, LENGTH, 3, HEADS, width]);
  const [q, k, v] = tf.unstack(tf.transpose(qkv, [2, 0, 3, 1, 4]));
  const scores = tf.add(tf.mul(tf.matMul(q, k, false, true), 1 / Math.sqrt(width)), mask);
  const mixed = tf.transpose(tf.matMul(drop(tf.softmax(scores)), v), [0, 2, 1, 3]);
  const attended = linear(p, `${name}.out`, tf.reshape(mixed, [-1, DIM]));
  const middle = norm(p, `${name}.norm1`, tf.add(x, drop(attended)));
  const fed = linear(p, `${name}.down`, gelu(linear(p, `${name}.up`, middle)));
  return norm(p, `${name}.norm2`, tf.add(middle, drop(fed)));
}

function lossWith(rate: number, p: Tensors, batch: Tensors, context: ModelContext): Tensor {
  const drop = (x: Tensor) => context.dropout(x, rate);
  const embedded = tf.add(tf.gather(p.items, batch.items as Parameters<typeof tf.gather>[1]), p.positions);
  const mask = tf.mul(tf.sub(1, tf.linalg.bandPart(tf.ones([LENGTH, LENGTH]), -1, 0)), -1e9);
  let x = drop(tf.reshape(embedded, [-1, DIM]));
  for (let layer = 0; layer < LAYERS; layer++) x = block(p, `block${layer}`, x, mask, drop);
  const logits = tf.matMul(x, p.items, false, true);
  return tf.mean(softmaxCrossEntropy(logits, tf.reshape(batch.targets, [-1])));
}

/** Multiplications and additions of the step's matrix products; backward costs twice forward. */
function gemmFlops(): number {
  const rows = BATCH * LENGTH;
  const layer = 2 * rows * DIM * (3 * DIM + DIM + 8 * DIM) + 2 * 2 * rows * LENGTH * DIM;
  return 3 * (LAYERS * layer + 2 * rows * DIM * ITEMS);
}

/** GFLOP/s of one large product in ONNX Runtime. */
async function gemmPeak(threads: number): Promise<number> {
  const size = 1536;
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

/** Largest difference of any gradient entry, relative to the largest entry of that parameter's gradient. */
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
  const parameters = initialParameters(42);
  const batch = randomBatch(7);
  const trainerWith = (rate: number) =>
    createTrainer({
      loss: (p, given, context) => lossWith(rate, p, given, context),
      parameters,
      optimiser: OPTIMISER,
      random: createRandom(1),
      microBatches: MICRO_BATCHES,
      threads,
    });
  const trainer = await trainerWith(DROPOUT);
  const plain = await trainerWith(0);
  const directory = await mkdtemp(join(tmpdir(), 'lorekeep-bench-'));
  const peer = startPeer('train_step.py', await peerPython(REQUIREMENTS, { log }), { log });
  try {
    const files = {
      parameters: join(directory, 'parameters.safetensors'),
      batch: join(directory, 'batch.safetensors'),
      gradients: join(directory, 'gradients.safetensors'),
    };
    await saveSafetensors(files.parameters, parameters);
    await saveSafetensors(files.batch, batch);
    const peerSetup = {
      parameters: files.parameters,
      batch: files.batch,
      layers: LAYERS,
      heads: HEADS,
      threads,
      optimiser: OPTIMISER,
    };
    await peer.call('setup', peerSetup);

    const theirs = await peer.call<{ loss: number }>('gradients', { path: files.gradients });
    const ours = await trainer.gradients(batch);
    const gradientError = maxRelativeError(ours.gradients, (await readSafetensors(files.gradients)).arrays);
    const lossError = Math.abs(ours.loss - theirs.loss) / theirs.loss;
    log(`loss ${ours.loss} and ${theirs.loss}; largest relative gradient difference ${gradientError.toExponential(2)}`);

    const perBlock = quick ? 3 : 5;
    const steps = (kind: string, dropout: number) => async () =>
      (await peer.call<{ milliseconds: number }>('steps', { kind, count: perBlock, dropout })).milliseconds;
    const ownSteps = (own: Trainer) => async () => {
      const start = performance.now();
      for (let i = 0; i < perBlock; i++) await own.step(batch);
      return (performance.now() - start) / perBlock;
    };
    log('compiling the peer with torch.compile');
    await peer.call('compile', { dropout: DROPOUT });
    const timings = await interleave(
      [
        { name: 'lorekeep', run: ownSteps(trainer) },
        { name: 'eager', run: steps('eager', DROPOUT) },
        { name: 'compiled', run: steps('compiled', DROPOUT) },
        { name: 'lorekeepPlain', run: ownSteps(plain) },
        { name: 'eagerPlain', run: steps('eager', 0) },
      ],
      { rounds: quick ? 4 : 11, warmup: 2 },
    );
    const { lorekeep, eager, compiled, lorekeepPlain, eagerPlain } = timings;
    const peak = await gemmPeak(threads);

    // The losses of the first steps from the same start, optimiser included.
    await peer.call('setup', peerSetup);
    const fresh = await trainerWith(0);
    const peerLosses = (await peer.call<{ losses: number[] }>('steps', { kind: 'eager', count: 10, dropout: 0 }))
      .losses;
    let trajectoryError = 0;
    for (const peerLoss of peerLosses)
      trajectoryError = Math.max(trajectoryError, Math.abs((await fresh.step(batch)).loss - peerLoss) / peerLoss);
    await fresh.close();

    const total = quick ? 200 : 1000;
    const growth = await memoryGrowth(() => trainer.step(batch), total, log);
    return {
      figures: {
        step_ms: lorekeep.median,
        step_without_dropout_ms: lorekeepPlain.median,
        max_relative_gradient_error: gradientError,
        relative_loss_error: lossError,
        relative_loss_error_10_steps: trajectoryError,
        gemm_peak_fraction: gemmFlops() / (lorekeep.median * 1e6) / peak,
        gemm_peak_gflops: peak,
        rss_growth_percent: growth,
        rss_growth_steps: total,
      },
      peers: {
        pytorch_eager_ms: eager.median,
        torch_compile_ms: compiled.median,
        pytorch_eager_without_dropout_ms: eagerPlain.median,
      },
      ratios: {
        step_time_vs_pytorch_eager_time: lorekeep.median / eager.median,
        step_without_dropout_vs_pytorch_eager_time: lorekeepPlain.median / eagerPlain.median,
        step_time_vs_torch_compile_time: lorekeep.median / compiled.median,
      },
    };
  } finally {
    await peer.close();
    await trainer.close();
    await plain.close();
    await rm(directory, { recursive: true, force: true });
  }
}

/** Growth of resident memory over `steps`, in percent: medians of the first and the last tenth, so one GC tells nothing. */
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
