/** Kernels of this room's own, behind the functions in `functions.ts`. */
import { defineKernel } from '../backend.ts';
import { cast } from '../ir.ts';

// ONNX's optional outputs are the mean and the inverse deviation, which the backward pass wants.
defineKernel('LorekeepLayerNorm', (graph, { x, gain, bias }, { epsilon }) => {
  const perRow = { shape: [...x.shape.slice(0, -1), 1], dtype: 'float32' } as const;
  return graph.ops('LayerNormalization', [x, gain, bias], [{ shape: x.shape, dtype: 'float32' }, perRow, perRow], {
    axis: -1,
    epsilon: { float: epsilon },
  });
});
// Places differ from each other here (one a row), so ScatterND is safe on any number of threads.
defineKernel('LorekeepAddAt', (graph, { x, places, updates }) =>
  graph.op('ScatterND', [x, cast(graph, places, 'int64'), updates], x.shape, x.dtype, { reduction: 'add' }),
);
