/** Kernels that read or write at positions given as data. */

import { unsupportedForm } from '../../errors.ts';
import { callerPlace, defineKernel } from '../backend.ts';
import { binary, cast, reshape } from '../ir.ts';
import { scatterAdd } from './scatter.ts';

defineKernel('GatherV2', (graph, { x, indices }, { axis, batchDims }) => {
  if (batchDims !== 0) throw unsupportedForm('Gather', 'batchDims other than 0 cannot be compiled', callerPlace());
  const own = axis < 0 ? axis + x.shape.length : axis;
  const shape = [...x.shape.slice(0, own), ...indices.shape, ...x.shape.slice(own + 1)];
  const positions = cast(graph, indices, 'int32');
  graph.indices.add(positions);
  return graph.op('Gather', [x, positions], shape, x.dtype, { axis: own });
});
defineKernel('GatherNd', (graph, { params, indices }) => {
  const depth = indices.shape.at(-1) as number;
  const shape = [...indices.shape.slice(0, -1), ...params.shape.slice(depth)];
  return graph.op('GatherND', [params, cast(graph, indices, 'int64')], shape, params.dtype);
});
defineKernel('ScatterNd', (graph, { indices, updates }, { shape }) => scatterAdd(graph, shape, indices, updates));
// A negative id means "in no segment". In the gradient of a gather, by far the most common use, there are none;
// elsewhere their rows are zeroed and added to segment 0.
defineKernel('UnsortedSegmentSum', (graph, { x, segmentIds }, { numSegments }) => {
  const rank = segmentIds.shape.length;
  const column = [...segmentIds.shape, 1];
  const shape = [numSegments, ...x.shape.slice(rank)];
  const source = segmentIds.node?.op === 'Reshape' ? segmentIds.node.inputs[0] : segmentIds;
  if (graph.indices.has(source)) return scatterAdd(graph, shape, reshape(graph, segmentIds, column), x);
  const zero = graph.uniform([], 0, 'int32');
  const flags = binary(graph, 'GreaterOrEqual', segmentIds, zero, 'bool');
  const counted = reshape(graph, cast(graph, flags, x.dtype), [
    ...segmentIds.shape,
    ...x.shape.slice(rank).map(() => 1),
  ]);
  const ids = reshape(graph, binary(graph, 'Max', segmentIds, zero), column);
  return scatterAdd(graph, shape, ids, binary(graph, 'Mul', x, counted));
});
