/**
 * Elementwise kernels: arithmetic, comparisons, logic, activations. tfjs has already matched the
 * operand types.
 */
import { defineKernel, type Kernel } from '../backend.ts';
import type { Graph, Value } from '../ir.ts';
import { binary, broadcastShape, cast, expand, unary, where } from '../operations.ts';

const scalar = (graph: Graph, like: Value, value: number) => graph.uniform([], value, like.dtype);
/** ONNX arithmetic does not support bool; tfjs counts booleans as 0 and 1. */
const numeric = (graph: Graph, x: Value) => (x.dtype === 'bool' ? cast(graph, x, 'int32') : x);
const real = (graph: Graph, x: Value) => cast(graph, x, 'float32');

const binaryKernel =
  (op: string): Kernel =>
  (graph, { a, b }) =>
    binary(graph, op, numeric(graph, a), numeric(graph, b));
const comparisonKernel =
  (op: string): Kernel =>
  (graph, { a, b }) =>
    binary(graph, op, op === 'Equal' ? a : numeric(graph, a), op === 'Equal' ? b : numeric(graph, b), 'bool');
const unaryKernel =
  (op: string): Kernel =>
  (graph, { x }) =>
    unary(graph, op, real(graph, x));

for (const [kernel, op] of Object.entries({ Add: 'Add', Sub: 'Sub', Multiply: 'Mul', Maximum: 'Max', Minimum: 'Min' }))
  defineKernel(kernel, binaryKernel(op));
defineKernel('RealDiv', (graph, { a, b }) => binary(graph, 'Div', real(graph, a), real(graph, b)));
defineKernel('Pow', (graph, { a, b }) => {
  if (b.uniform === 2 && a.dtype === 'float32')
    return expand(graph, binary(graph, 'Mul', a, a), broadcastShape(a.shape, b.shape));
  return binary(graph, 'Pow', a, b);
});
defineKernel('SquaredDifference', (graph, { a, b }) => {
  const difference = binary(graph, 'Sub', a, b);
  return binary(graph, 'Mul', difference, difference);
});
defineKernel('AddN', (graph, inputs) => Object.values(inputs).reduce((sum, x) => binary(graph, 'Add', sum, x)));

// tfjs rounds quotients down and returns integers for both types; ONNX rounds quotients of integers
// towards zero.
defineKernel('FloorDiv', (graph, { a, b }) => {
  if (a.dtype === 'float32') return cast(graph, unary(graph, 'Floor', binary(graph, 'Div', a, b)), 'int32');
  return binary(graph, 'Div', binary(graph, 'Sub', a, binary(graph, 'Mod', a, b)), b);
});
// In tfjs the result has the sign of the divisor. ONNX's Mod does the same for integers, but for
// reals it has only C's fmod.
defineKernel('Mod', (graph, { a, b }) => {
  if (a.dtype !== 'float32') return binary(graph, 'Mod', a, b);
  const fmod = (x: Value, y: Value) => {
    const shape = broadcastShape(x.shape, y.shape);
    return graph.op('Mod', [x, y], shape, 'float32', { fmod: 1 });
  };
  const remainder = fmod(a, b);
  const zero = scalar(graph, a, 0);
  const negative = (x: Value) => binary(graph, 'Less', x, zero, 'bool');
  const differ = binary(graph, 'Xor', negative(a), negative(b), 'bool');
  return where(graph, differ, fmod(binary(graph, 'Add', remainder, b), b), remainder);
});

for (const [kernel, op] of Object.entries({
  Greater: 'Greater',
  GreaterEqual: 'GreaterOrEqual',
  Less: 'Less',
  LessEqual: 'LessOrEqual',
  Equal: 'Equal',
}))
  defineKernel(kernel, comparisonKernel(op));
defineKernel('NotEqual', (graph, { a, b }) => unary(graph, 'Not', binary(graph, 'Equal', a, b, 'bool')));
defineKernel('LogicalAnd', (graph, { a, b }) => binary(graph, 'And', cast(graph, a, 'bool'), cast(graph, b, 'bool')));
defineKernel('LogicalOr', (graph, { a, b }) => binary(graph, 'Or', cast(graph, a, 'bool'), cast(graph, b, 'bool')));
defineKernel('LogicalNot', (graph, { x }) => unary(graph, 'Not', cast(graph, x, 'bool')));
defineKernel('Select', (graph, { condition, t, e }) => {
  // A condition of rank 1 selects rows.
  const rank = t.shape.length;
  const rows = condition.shape.length === 1 && rank > 1;
  const mask = rows
    ? graph.op(
        'Reshape',
        [condition, graph.int64s([condition.shape[0], ...Array(rank - 1).fill(1)])],
        [condition.shape[0], ...Array(rank - 1).fill(1)],
        'bool',
        { allowzero: 1 },
      )
    : condition;
  return where(graph, cast(graph, mask, 'bool'), t, e);
});

for (const op of [
  'Exp',
  'Log',
  'Sqrt',
  'Reciprocal',
  'Sigmoid',
  'Softplus',
  'Tanh',
  'Erf',
  'Sin',
  'Cos',
  'Floor',
  'Ceil',
  'Round',
])
  defineKernel(op, unaryKernel(op));
for (const op of ['Neg', 'Abs', 'Sign', 'Relu'])
  defineKernel(op, (graph, { x }) => unary(graph, op, numeric(graph, x)));
// ONNX has neither Log1p nor Expm1, which exist for their accuracy near zero. With u = 1 + x,
// rounded, log(u) · x / (u − 1) is log1p to full precision; with u = exp(x), (u − 1) · x / log(u)
// is expm1 (Kahan).
defineKernel('Log1p', (graph, { x }) => {
  const one = scalar(graph, x, 1);
  const u = binary(graph, 'Add', x, one);
  const difference = binary(graph, 'Sub', u, one);
  const log = unary(graph, 'Log', u);
  const exact = binary(graph, 'Mul', log, binary(graph, 'Div', x, difference));
  const tiny = binary(graph, 'Equal', difference, scalar(graph, x, 0), 'bool');
  const infinite = unary(graph, 'IsInf', u, 'bool');
  return where(graph, tiny, x, where(graph, infinite, log, exact));
});
defineKernel('Expm1', (graph, { x }) => {
  const one = scalar(graph, x, 1);
  const u = unary(graph, 'Exp', x);
  const difference = binary(graph, 'Sub', u, one);
  const small = binary(graph, 'Less', unary(graph, 'Abs', x), scalar(graph, x, 0.5), 'bool');
  const exact = binary(graph, 'Div', binary(graph, 'Mul', difference, x), unary(graph, 'Log', u));
  const tiny = binary(graph, 'Equal', difference, scalar(graph, x, 0), 'bool');
  return where(graph, tiny, x, where(graph, small, exact, difference));
});
defineKernel('Rsqrt', (graph, { x }) => unary(graph, 'Reciprocal', unary(graph, 'Sqrt', x)));
defineKernel('Square', (graph, { x }) => binary(graph, 'Mul', x, x));
export const relu6 = (graph: Graph, x: Value) =>
  binary(graph, 'Min', unary(graph, 'Relu', x), graph.uniform([], 6, 'float32'));
defineKernel('Relu6', (graph, { x }) => relu6(graph, real(graph, x)));
defineKernel('LeakyRelu', (graph, { x }, { alpha }) =>
  unary(graph, 'LeakyRelu', real(graph, x), 'float32', { alpha: { float: alpha } }),
);
export function prelu(graph: Graph, x: Value, alpha: Value): Value {
  const zero = scalar(graph, x, 0);
  const scaled = binary(graph, 'Mul', x, alpha);
  return where(graph, binary(graph, 'Less', x, zero, 'bool'), scaled, x);
}
defineKernel('Prelu', (graph, { x, alpha }) => prelu(graph, x, alpha));
defineKernel('Elu', unaryKernel('Elu'));
defineKernel('EluGrad', (graph, { dy, y }) => {
  const one = scalar(graph, y, 1);
  const slope = binary(graph, 'Min', binary(graph, 'Add', y, one), one);
  return binary(graph, 'Mul', dy, slope);
});
defineKernel('Selu', unaryKernel('Selu'));
// The gradient of relu is a step with alpha 0. That case gets a faster form: one comparison and one
// cast.
defineKernel('Step', (graph, { x }, { alpha }) => {
  const positive = binary(graph, 'Greater', x, scalar(graph, x, 0), 'bool');
  if (!alpha) return real(graph, positive);
  return where(graph, positive, graph.uniform([], 1, 'float32'), graph.uniform([], alpha, 'float32'));
});
defineKernel('ClipByValue', (graph, { x }, { clipValueMin, clipValueMax }) => {
  const low = binary(graph, 'Max', x, scalar(graph, x, clipValueMin));
  return binary(graph, 'Min', low, scalar(graph, x, clipValueMax));
});
defineKernel('IsNan', (graph, { x }) => unary(graph, 'IsNaN', real(graph, x), 'bool'));
defineKernel('IsInf', (graph, { x }) => unary(graph, 'IsInf', real(graph, x), 'bool'));
defineKernel('IsFinite', (graph, { x }) => {
  // x − x is 0 for finite numbers and NaN otherwise.
  const difference = graph.op('Sub', [real(graph, x), real(graph, x)], x.shape, 'float32');
  return unary(graph, 'Not', unary(graph, 'IsNaN', difference, 'bool'), 'bool');
});
defineKernel('ZerosLike', (graph, { x }) => graph.uniform(x.shape, 0, x.dtype));
defineKernel('OnesLike', (graph, { x }) => graph.uniform(x.shape, 1, x.dtype));
defineKernel('Identity', (_, { x }) => x);
defineKernel('Cast', (graph, { x }, { dtype }) => cast(graph, x, dtype));
