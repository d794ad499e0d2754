/** Matrix products. Transposed operands are left to ONNX Runtime's FusedMatMul, which folds them into the product. */

import { unsupportedForm } from '../../errors.ts';
import { callerPlace, defineKernel } from '../backend.ts';
import { binary, broadcastShape, type Graph, unary, type Value, where } from '../ir.ts';

export function matMul(graph: Graph, a: Value, b: Value, transposeA: boolean, transposeB: boolean): Value {
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
  const zero = graph.uniform([], 0, 'float32');
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
      return binary(graph, 'Min', unary(graph, 'Relu', sum), graph.uniform([], 6, 'float32'));
    case 'leakyrelu':
      return unary(graph, 'LeakyRelu', sum, 'float32', { alpha: { float: leakyreluAlpha } });
    case 'prelu': {
      const scaled = binary(graph, 'Mul', sum, preluActivationWeights);
      return where(graph, binary(graph, 'Less', sum, zero, 'bool'), scaled, sum);
    }
    default:
      throw unsupportedForm('fused.matMul', `the activation ${activation} cannot be compiled`, callerPlace());
  }
});
