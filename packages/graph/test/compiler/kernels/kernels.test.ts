/**
 * Values of every kernel against tfjs's CPU backend; gradients against that backend and finite
 * differences.
 */
import { describe, it } from 'node:test';
import type { Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs';
import { type Tensors, tf } from '../../../src/index.ts';
import { assertGradients, assertSameAsEager, type InputSpec, randomArrays } from '../../compare.ts';

interface Case {
  inputs: Record<string, InputSpec>;
  fn: (inputs: Tensors) => Tensor | Tensor[];
  /** Inputs whose gradient is checked. */
  gradients?: string[];
}

const PAIRS: [number[], number[]][] = [
  [
    [3, 4],
    [3, 4],
  ],
  [[3, 4], [4]],
  [
    [2, 1, 4],
    [3, 1],
  ],
  [[], [5]],
  [[0, 3], [3]],
];
const whole = (range: [number, number]): Partial<InputSpec> => ({ dtype: 'int32', range });

function pairs(
  op: (a: Tensor, b: Tensor) => Tensor,
  { a = {}, b = {}, gradients = true }: { a?: Partial<InputSpec>; b?: Partial<InputSpec>; gradients?: boolean } = {},
): Case[] {
  return PAIRS.map(([first, second]) => ({
    inputs: { a: { shape: first, ...a }, b: { shape: second, ...b } },
    fn: (inputs) => op(inputs.a, inputs.b),
    gradients: gradients && !first.includes(0) ? ['a', 'b'] : [],
  }));
}
function singles(op: (x: Tensor) => Tensor, range?: [number, number], gradients = true): Case[] {
  return [[3, 5], [], [2, 3, 2]].map((shape) => ({
    inputs: { x: { shape, range } },
    fn: ({ x }) => op(x),
    gradients: gradients ? ['x'] : [],
  }));
}
const flags: Partial<InputSpec> = { dtype: 'bool' };
const one = (
  shape: number[],
  fn: (x: Tensor) => Tensor | Tensor[],
  gradients = true,
  extra: Partial<InputSpec> = {},
): Case => ({
  inputs: { x: { shape, ...extra } },
  fn: ({ x }) => fn(x),
  gradients: gradients ? ['x'] : [],
});

const CASES: Record<string, Case[]> = {
  Add: [...pairs(tf.add), ...pairs(tf.add, { a: whole([-5, 5]), b: whole([-5, 5]), gradients: false })],
  AddN: [
    {
      inputs: { a: { shape: [2, 3] }, b: { shape: [2, 3] }, c: { shape: [2, 3] } },
      fn: ({ a, b, c }) => tf.addN([a, b, c]),
      gradients: ['a', 'c'],
    },
  ],
  Sub: pairs(tf.sub),
  Multiply: [...pairs(tf.mul), ...pairs(tf.mul, { a: whole([-5, 5]), b: whole([-5, 5]), gradients: false })],
  RealDiv: [...pairs(tf.div, { b: { range: [0.5, 2] } })],
  'RealDiv by a number': [one([2, 3], (x) => tf.div(tf.mul(tf.div(x, 3), 5), 7))],
  // Disjoint ranges keep finite differences away from the kink. tfjs's own gradient does not sum
  // over broadcast axes.
  Maximum: [
    ...pairs(tf.maximum, { a: { range: [-2, 0] }, b: { range: [0.1, 2] } }).slice(0, 1),
    ...pairs(tf.maximum, { gradients: false }),
    ...pairs(tf.maximum, { a: whole([0, 3]), b: whole([0, 3]), gradients: false }),
  ],
  Minimum: [
    ...pairs(tf.minimum, { a: { range: [-2, 0] }, b: { range: [0.1, 2] } }).slice(0, 1),
    ...pairs(tf.minimum, { gradients: false }),
  ],
  Pow: [
    ...pairs(tf.pow, { a: { range: [0.5, 2] } }),
    one([2, 3], (x) => tf.pow(x, 2)),
    one([2, 3], (x) => tf.pow(x, 3)),
  ],
  // tfjs's own gradient of this one does not sum over broadcast axes.
  SquaredDifference: [...pairs(tf.squaredDifference).slice(0, 1), ...pairs(tf.squaredDifference, { gradients: false })],
  FloorDiv: [
    ...pairs(tf.floorDiv, { b: { range: [0.5, 2] }, gradients: false }),
    ...pairs(tf.floorDiv, { a: whole([-9, 9]), b: whole([1, 4]), gradients: false }),
    ...pairs(tf.floorDiv, { a: whole([-9, 9]), b: whole([-4, 0]), gradients: false }),
  ],
  Mod: [
    ...pairs(tf.mod, { b: { range: [0.5, 2] }, gradients: false }),
    ...pairs(tf.mod, { b: { range: [-2, -0.5] }, gradients: false }),
    ...pairs(tf.mod, { a: whole([-9, 9]), b: whole([1, 4]), gradients: false }),
  ],
  ...Object.fromEntries(
    (['greater', 'greaterEqual', 'less', 'lessEqual', 'equal', 'notEqual'] as const).map((name) => [
      name,
      [
        ...pairs(tf[name], { gradients: false }),
        ...pairs(tf[name], { a: whole([0, 3]), b: whole([0, 3]), gradients: false }),
        ...pairs(tf[name], { a: flags, b: flags, gradients: false }),
      ],
    ]),
  ),
  LogicalAnd: pairs(tf.logicalAnd, { a: flags, b: flags, gradients: false }),
  LogicalOr: pairs(tf.logicalOr, { a: flags, b: flags, gradients: false }),
  LogicalNot: [one([3, 2], tf.logicalNot, false, flags)],
  Exp: singles(tf.exp),
  Log: singles(tf.log, [0.2, 3]),
  Log1p: [...singles(tf.log1p, [-0.5, 3]), ...singles(tf.log1p, [-1e-6, 1e-6])],
  Expm1: [...singles(tf.expm1), ...singles(tf.expm1, [-1e-6, 1e-6], false), ...singles(tf.expm1, [-60, 60], false)],
  Sqrt: singles(tf.sqrt, [0.3, 3]),
  Rsqrt: singles(tf.rsqrt, [0.3, 3]),
  Square: singles(tf.square),
  Neg: singles(tf.neg),
  Abs: singles(tf.abs),
  Sign: singles(tf.sign, undefined, false),
  Reciprocal: singles(tf.reciprocal, [0.5, 2]),
  Relu: singles(tf.relu),
  Relu6: singles(tf.relu6, [-2, 9]),
  LeakyRelu: singles((x) => tf.leakyRelu(x, 0.1)),
  Prelu: [
    {
      inputs: { x: { shape: [3, 4] }, alpha: { shape: [4] } },
      fn: ({ x, alpha }) => tf.prelu(x, alpha),
      gradients: ['x', 'alpha'],
    },
  ],
  Elu: singles(tf.elu),
  Selu: singles(tf.selu),
  Sigmoid: singles(tf.sigmoid, [-9, 9]),
  Softplus: singles(tf.softplus, [-30, 30]),
  Tanh: singles(tf.tanh),
  Erf: singles(tf.erf),
  Sin: singles(tf.sin),
  Cos: singles(tf.cos),
  Floor: singles(tf.floor, undefined, false),
  Ceil: singles(tf.ceil, undefined, false),
  Round: singles(tf.round, undefined, false),
  ClipByValue: [...singles((x) => tf.clipByValue(x, -0.7, 1.1))],
  Step: [...singles(tf.step, undefined, false), ...singles((x) => tf.step(x, 0.3), undefined, false)],
  IsNan: [one([4], (x) => tf.isNaN(tf.log(x)), false)],
  IsInf: [one([4], (x) => tf.isInf(tf.div(x, 0)), false)],
  IsFinite: [one([6], (x) => tf.isFinite(tf.log(x)), false), one([4], (x) => tf.isFinite(tf.div(x, 0)), false)],
  ZerosLike: [one([2, 3], (x) => tf.add(x, tf.zerosLike(x)))],
  OnesLike: [one([2, 3], (x) => tf.mul(tf.onesLike(x), 3))],
  Identity: [one([2, 3], (x) => tf.clone(x))],
  Cast: [
    one([7], (x) => tf.cast(x, 'int32'), false, { range: [-5, 5] }),
    one([7], (x) => tf.cast(tf.cast(x, 'bool'), 'float32'), false, whole([0, 2])),
  ],
  Reshape: [
    one([2, 6], (x) => tf.reshape(tf.reshape(x, [3, 4]), [-1, 2])),
    one([0, 3], (x) => tf.reshape(x, [3, 0]), false),
  ],
  ExpandDims: [one([2, 3], (x) => tf.expandDims(x, 1)), one([2, 3], (x) => tf.expandDims(x, -1))],
  Transpose: [
    one([2, 3, 4], (x) => tf.transpose(x, [2, 0, 1])),
    one([2, 3], (x) => tf.transpose(tf.transpose(x))),
    one([1, 3, 1, 2], (x) => tf.transpose(x, [1, 0, 3, 2])),
  ],
  ...Object.fromEntries(
    (['sum', 'mean', 'max', 'min', 'prod'] as const).map((name) => [
      name,
      [
        one([2, 3, 4], (x) => tf[name](x), name !== 'prod'),
        one([2, 3, 4], (x) => tf[name](x, 2)),
        one([2, 3, 4], (x) => tf[name](x, [0, 2], true), name !== 'prod'),
        one([2, 3], (x) => tf[name](x, 1), false, whole([-3, 4])),
        one([2, 1], (x) => tf[name](x, 1)),
      ],
    ]),
  ),
  ArgMax: [one([3, 5], (x) => tf.argMax(x, 1), false), one([3, 5], (x) => tf.argMax(x, 0), false)],
  ArgMin: [one([3, 5], (x) => tf.argMin(x, -1), false)],
  Any: [one([3, 5], (x) => tf.any(x, 1), false, flags), one([3, 5], (x) => tf.any(x), false, flags)],
  All: [one([3, 2], (x) => tf.all(x, 0, true), false, flags)],
  Cumsum: [
    one([3, 5], (x) => tf.cumsum(x, 1)),
    one([3, 5], (x) => tf.cumsum(x, 0, true), false),
    one([3, 5], (x) => tf.cumsum(x, 1, true, true)),
  ],
  Cumprod: [one([3, 5], (x) => tf.cumprod(x, 1), false), one([3, 5], (x) => tf.cumprod(x, 1, true, true), false)],
  TopK: [one([3, 7], (x) => Object.values(tf.topk(x, 4)), false)],
  BatchMatMul: [
    ...[false, true].flatMap((ta) =>
      [false, true].flatMap((tb) =>
        [[], [3], [2, 3]].map((batch) => ({
          inputs: {
            a: { shape: [...batch, ...(ta ? [4, 2] : [2, 4])] },
            b: { shape: [...batch, ...(tb ? [5, 4] : [4, 5])] },
          },
          fn: ({ a, b }: Tensors) => tf.matMul(a, b, ta, tb),
          gradients: ['a', 'b'],
        })),
      ),
    ),
    { inputs: { a: { shape: [3, 2, 4] }, b: { shape: [1, 4, 5] } }, fn: ({ a, b }) => tf.matMul(a, b) },
  ],
  'products of transposed tensors': [
    {
      inputs: { a: { shape: [2, 5, 3, 4] }, b: { shape: [2, 5, 3, 4] } },
      fn: ({ a, b }) => tf.matMul(tf.transpose(a, [0, 2, 1, 3]), tf.transpose(b, [0, 2, 1, 3]), false, true),
      gradients: ['a', 'b'],
    },
    {
      inputs: { a: { shape: [4, 3] }, b: { shape: [4, 5] } },
      fn: ({ a, b }) => tf.matMul(tf.transpose(a), b),
      gradients: ['a', 'b'],
    },
    {
      inputs: { a: { shape: [3, 4] }, b: { shape: [5, 4] } },
      fn: ({ a, b }) => tf.mul(tf.matMul(tf.mul(a, 0.3), tf.transpose(b)), 2),
      gradients: ['a', 'b'],
    },
  ],
  _FusedMatMul: (['linear', 'relu', 'relu6', 'elu', 'sigmoid', 'leakyrelu'] as const).map((activation) => ({
    inputs: { a: { shape: [3, 4] }, b: { shape: [5, 4] }, bias: { shape: [5] } },
    fn: ({ a, b, bias }) => tf.fused.matMul({ a: a as Tensor2D, b: b as Tensor2D, transposeB: true, bias, activation }),
    gradients: activation === 'linear' || activation === 'relu' ? ['a', 'b', 'bias'] : [],
  })),
  Softmax: [
    one([3, 6], (x) => tf.softmax(x)),
    one([2, 3, 4], (x) => tf.softmax(x, -1)),
    one([2, 3], (x) => tf.softmax(tf.mul(x, 300)), false),
  ],
  LogSoftmax: [one([3, 6], (x) => tf.logSoftmax(x)), one([2, 3], (x) => tf.logSoftmax(tf.mul(x, 300)), false)],
  'LogSumExp, norm, moments': [
    one([3, 6], (x) => tf.logSumExp(x, 1)),
    one([3, 6], (x) => tf.norm(x, 2, 1)),
    one([3, 6], (x) => Object.values(tf.moments(x, 1)), false),
    one([3, 6], (x) => tf.moments(x, 1).variance),
  ],
  GatherV2: [
    {
      inputs: { x: { shape: [4, 3] }, i: { shape: [6], ...whole([0, 4]) } },
      fn: ({ x, i }) => tf.gather(x, i as Tensor1D),
      gradients: ['x'],
    },
    {
      inputs: { x: { shape: [4, 3] }, i: { shape: [2, 5], ...whole([0, 4]) } },
      fn: ({ x, i }) => tf.gather(x, i as Tensor1D),
      gradients: ['x'],
    },
    {
      inputs: { x: { shape: [2, 4, 3] }, i: { shape: [5], ...whole([0, 4]) } },
      fn: ({ x, i }) => tf.gather(x, i as Tensor1D, 1),
      gradients: ['x'],
    },
    {
      inputs: { x: { shape: [40, 3] }, i: { shape: [300], ...whole([0, 40]) } },
      fn: ({ x, i }) => tf.gather(x, i as Tensor1D),
      gradients: ['x'],
    },
  ],
  GatherNd: [
    {
      inputs: { x: { shape: [4, 3, 2] }, i: { shape: [5, 2], ...whole([0, 3]) } },
      fn: ({ x, i }) => tf.gatherND(x, i),
    },
  ],
  ScatterNd: [
    {
      inputs: { u: { shape: [5, 2] }, i: { shape: [5, 1], ...whole([0, 3]) } },
      fn: ({ u, i }) => tf.scatterND(i, u, [4, 2]),
    },
  ],
  UnsortedSegmentSum: [
    {
      inputs: { x: { shape: [6, 2] }, i: { shape: [6], ...whole([-1, 3]) } },
      fn: ({ x, i }) => tf.unsortedSegmentSum(x, i as Tensor1D, 4),
      gradients: ['x'],
    },
  ],
  Tile: [
    one([2, 3], (x) => tf.tile(x, [2, 3])),
    one([2, 1], (x) => tf.tile(x, [1, 4])),
    one([1, 3], (x) => tf.broadcastTo(x, [2, 5, 3]), false),
  ],
  Slice: [one([4, 5], (x) => tf.slice(x, [1, 2], [2, -1])), one([4, 5], (x) => tf.slice(x, [3]))],
  StridedSlice: [
    one([5, 6], (x) => tf.stridedSlice(x, [0, 5], [5, 1], [2, -2]), false),
    one([5, 6], (x) => tf.stridedSlice(x, [4, 0], [0, 6], [-1, 1], 0, 1), false),
    one([5, 6], (x) => tf.stridedSlice(x, [-4, 1], [-1, 2], [1, 1], 1, 0, 0, 0, 2), false),
    one([5, 6], (x) => tf.stridedSlice(x, [4], [0], [-1], 1, 1), false),
  ],
  PadV2: [
    one([2, 3], (x) =>
      tf.pad(
        x,
        [
          [1, 0],
          [0, 2],
        ],
        0.5,
      ),
    ),
    one([2, 3], (x) =>
      tf.pad(x, [
        [0, 0],
        [0, 0],
      ]),
    ),
  ],
  Select: [
    {
      inputs: { c: { shape: [3, 4], ...flags }, a: { shape: [3, 4] }, b: { shape: [3, 4] } },
      fn: ({ c, a, b }) => tf.where(c, a, b),
      gradients: ['a', 'b'],
    },
    {
      inputs: { c: { shape: [1, 4], ...flags }, a: { shape: [3, 4] }, b: { shape: [] } },
      fn: ({ c, a, b }) => tf.where(c, a, b),
    },
    {
      inputs: { c: { shape: [3], ...flags }, a: { shape: [3], ...flags }, b: { shape: [3], ...flags } },
      fn: ({ c, a, b }) => tf.where(c, a, b),
    },
  ],
  Fill: [one([2, 3], (x) => tf.add(x, tf.fill([2, 3], 1.5))), one([2, 3], (x) => tf.mul(x, tf.ones([4, 2, 3])))],
  Range: [
    one([5], (x) => tf.mul(x, tf.range(1, 11, 2))),
    one([4], (x) => tf.add(x, tf.range(3, -1, -1, 'float32'))),
    one([1], (x) => tf.concat([x, tf.range(0, 5, 1.5)])),
  ],
  LinSpace: [one([5], (x) => tf.mul(x, tf.linspace(0, 1, 5)))],
  OneHot: [
    one([2, 3], (x) => tf.oneHot(x as Tensor1D, 5), false, whole([-1, 6])),
    one([4], (x) => tf.oneHot(x as Tensor1D, 3, 2, -1), false, whole([0, 3])),
  ],
  Concat: [
    {
      inputs: { a: { shape: [2, 3] }, b: { shape: [2, 1] }, c: { shape: [2, 0] } },
      fn: ({ a, b, c }) => tf.concat([a, b, c], 1),
    },
    {
      inputs: { a: { shape: [2, 3] }, b: { shape: [4, 3] } },
      fn: ({ a, b }) => tf.concat([a, b], 0),
      gradients: ['a', 'b'],
    },
  ],
  Pack: [
    {
      inputs: { a: { shape: [2, 3] }, b: { shape: [2, 3] } },
      fn: ({ a, b }) => tf.stack([a, b], 1),
      gradients: ['a', 'b'],
    },
  ],
  Unpack: [
    one([2, 3], (x) => tf.unstack(x, 1), false),
    one([2, 3], (x) => tf.add(...(tf.unstack(x, 0) as [Tensor, Tensor]))),
  ],
  SplitV: [
    one([2, 6], (x) => tf.split(x, 3, 1), false),
    one([2, 6], (x) => tf.split(x, [1, 2, 3], -1), false),
    one([2, 6], (x) => tf.split(x, [2, 4], 1)[1], false),
  ],
  Reverse: [one([3, 4], (x) => tf.reverse(x, 1)), one([3, 4], (x) => tf.reverse(x), false)],
};

describe('kernels', () => {
  for (const [name, cases] of Object.entries(CASES))
    it(name, async () => {
      for (const [i, { inputs, fn, gradients = [] }] of cases.entries()) {
        const arrays = randomArrays(inputs, 11 + i);
        const named = (given: Tensors) => {
          const result = fn(given);
          return Object.fromEntries(
            (Array.isArray(result) ? result : [result]).map((tensor, k) => [`${name} case ${i} y${k}`, tensor]),
          );
        };
        await assertSameAsEager(named, arrays);
        if (gradients.length > 0) await assertGradients((given) => fn(given) as Tensor, arrays, gradients);
      }
    });
});
