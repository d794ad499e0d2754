/**
 * Matrix products. Products with transposed operands become ONNX Runtime's FusedMatMul, which needs
 * no extra pass.
 */
import { errors } from '../../errors.ts';
import { callSite, defineKernel } from '../backend.ts';
import type { Graph, Value } from '../ir.ts';
import { binary, broadcastShape, unary } from '../operations.ts';
import { prelu, relu6 } from './elementwise.ts';

function matMul(graph: Graph, a: Value, b: Value, transposeA: boolean, transposeB: boolean): Value {
  const batch = broadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
  const rows = a.shape.at(transposeA ? -1 : -2) as number;
  const columns = b.shape.at(transposeB ? -2 : -1) as number;
  const shape = [...batch, rows, columns];
  if (!transposeA && !transposeB) return graph.op('MatMul', [a, b], shape, a.dtype);
  return graph.op('com.microsoft.FusedMatMul', [a, b], shape, a.dtype, {
    transA: transposeA ? 1 : 0,
    transB: transposeB ? 1 : 0,
  });
}

defineKernel('BatchMatMul', (graph, { a, b }, { transposeA, transposeB }) =>
  matMul(graph, a, b, Boolean(transposeA), Boolean(transposeB)),
);
defineKernel('_FusedMatMul', (graph, inputs, { transposeA, transposeB, activation, leakyreluAlpha }) => {
  const { a, b, bias, preluActivationWeights } = inputs;
  const product = matMul(graph, a, b, Boolean(transposeA), Boolean(transposeB));
  const sum = bias === undefined ? product : binary(graph, 'Add', product, bias);
  switch (activation as string | undefined) {
    case undefined:
    case null:
    case 'linear':
      return sum;
    case 'relu':
      return unary(graph, 'Relu', sum);
    case 'elu':
      return unary(graph, 'Elu', sum);
    case 'sigmoid':
      return unary(graph, 'Sigmoid', sum);
    case 'relu6':
      return relu6(graph, sum);
    case 'leakyrelu':
      return unary(graph, 'LeakyRelu', sum, 'float32', { alpha: { float: leakyreluAlpha } });
    case 'prelu':
      return prelu(graph, sum, preluActivationWeights);
    default:
      throw errors.GRAPH_UNSUPPORTED_FORM({
        op: 'fused.matMul',
        problem: `the activation ${activation} cannot be compiled`,
        place: callSite(),
      });
  }
});
