/** Kernels that read or write at positions that are data. */

import { errors } from '../../errors.ts';
import { callSite, defineKernel } from '../backend.ts';
import { binary, cast, reshape } from '../operations.ts';
import { positiveAxis } from './axes.ts';
import { scatterAdd } from './scatter.ts';

defineKernel('GatherV2', (graph, { x, indices }, { axis, batchDims }) => {
  if (batchDims !== 0)
    throw errors.GRAPH_UNSUPPORTED_FORM({
      op: 'Gather',
      problem: 'batchDims other than 0 cannot be compiled',
      place: callSite(),
    });
  const own = positiveAxis(axis, x.shape.length);
  const shape = [...x.shape.slice(0, own), ...indices.shape, ...x.shape.slice(own + 1)];
  const positions = cast(graph, indices, 'int32');
  graph.gatherIndices.add(positions);
  return graph.op('Gather', [x, positions], shape, x.dtype, { axis: own });
});
defineKernel('GatherNd', (graph, { params, indices }) => {
  const depth = indices.shape.at(-1) as number;
  const shape = [...indices.shape.slice(0, -1), ...params.shape.slice(depth)];
  return graph.op('GatherND', [params, cast(graph, indices, 'int64')], shape, params.dtype);
});
defineKernel('ScatterNd', (graph, { indices, updates }, { shape }) => scatterAdd(graph, shape, indices, updates));
// A negative id means "in no segment". The gradient of a gather, by far the most common use, has no
// negative ids. In all other uses, rows with a negative id are zeroed and added to segment 0.
defineKernel('UnsortedSegmentSum', (graph, { x, segmentIds }, { numSegments }) => {
  const rank = segmentIds.shape.length;
  const column = [...segmentIds.shape, 1];
  const shape = [numSegments, ...x.shape.slice(rank)];
  const source = segmentIds.node?.op === 'Reshape' ? segmentIds.node.inputs[0] : segmentIds;
  if (graph.gatherIndices.has(source)) return scatterAdd(graph, shape, reshape(graph, segmentIds, column), x);
  const zero = graph.uniform([], 0, 'int32');
  const inSegment = binary(graph, 'GreaterOrEqual', segmentIds, zero, 'bool');
  const weights = reshape(graph, cast(graph, inSegment, x.dtype), [
    ...segmentIds.shape,
    ...x.shape.slice(rank).map(() => 1),
  ]);
  const ids = reshape(graph, binary(graph, 'Max', segmentIds, zero), column);
  return scatterAdd(graph, shape, ids, binary(graph, 'Mul', x, weights));
});
