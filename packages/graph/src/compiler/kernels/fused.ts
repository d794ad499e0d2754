/** Kernels that tfjs does not have, for the functions in `functions.ts`. */
import { defineKernel } from '../backend.ts';
import { cast } from '../operations.ts';

// The optional outputs of LayerNormalization are the mean and the inverse deviation; the backward
// pass needs them.
defineKernel('LorekeepLayerNorm', (graph, { x, gain, bias }, { epsilon }) => {
  const perRow = { shape: [...x.shape.slice(0, -1), 1], dtype: 'float32' } as const;
  return graph.ops('LayerNormalization', [x, gain, bias], [{ shape: x.shape, dtype: 'float32' }, perRow, perRow], {
    axis: -1,
    epsilon: { float: epsilon },
  });
});
// The positions differ from each other (one per row), so ScatterND is safe on any number of
// threads.
defineKernel('LorekeepAddAt', (graph, { x, positions, updates }) =>
  graph.op('ScatterND', [x, cast(graph, positions, 'int64'), updates], x.shape, x.dtype, { reduction: 'add' }),
);
