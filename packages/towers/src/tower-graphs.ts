/** Trained towers as ONNX graphs that contain their parameters. */
import { type CompiledGraph, compileGraph, inference, type TensorSpec, tf } from '@lorekeep/graph';
import { centreContent, itemInputs } from './model/item-inputs.ts';
import { widthsOf } from './model/shape.ts';
import { comparable, itemTower, userVectors } from './model/towers.ts';
import { isUserParameter, itemTowerParameters, pick } from './parameter-groups.ts';
import type { TrainedTowers } from './training/train.ts';

type Towers = Pick<TrainedTowers, 'config' | 'contentInfo' | 'parameters'>;

/**
 * The item-adaptation tower for `batch` items. It reads, if the towers do,
 * `content [batch, contentDim]` (raw) and `embeddings [batch, inputDim]` (rows of the ID table,
 * zeros for a new item). It returns `inputs [batch, inputDim]`, which the user tower reads, and
 * `vectors [batch, dim]`.
 */
export function itemTowerGraph({ config, contentInfo, parameters }: Towers, batch: number): CompiledGraph {
  const specs: Record<string, TensorSpec> = {};
  if (config.items.content) specs.content = { shape: [batch, contentInfo.dim] };
  if (config.items.id) specs.embeddings = { shape: [batch, widthsOf(config, contentInfo.dim).input] };
  const { 'id/table': _, ...constants } = itemTowerParameters(parameters, config);
  return compileGraph(
    (given) => {
      const content = given.content && centreContent(given.content, given['content/mean'], given['content/whitening']);
      const inputs = itemInputs(given, content, given.embeddings, config, inference);
      return {
        inputs: tf.clone(inputs),
        vectors: comparable(itemTower(given, inputs, content, config, inference), config),
      };
    },
    specs,
    { name: 'item tower', constants },
  );
}

/**
 * The user tower for `batch` users. It reads `inputs [batch, maxHistory, inputDim]`, padded on the
 * right, and `last [batch]`, the position of the newest event, and returns `vectors [batch, dim]`.
 */
export function userTowerGraph({ config, contentInfo, parameters }: Towers, batch: number): CompiledGraph {
  const { maxHistory } = config.network;
  const { input } = widthsOf(config, contentInfo.dim);
  return compileGraph(
    (given) => ({
      vectors: comparable(userVectors(given, given.inputs, given.last, config, inference), config),
    }),
    { inputs: { shape: [batch, maxHistory, input] }, last: { shape: [batch], dtype: 'int32' } },
    { name: 'user tower', constants: pick(parameters, isUserParameter) },
  );
}
