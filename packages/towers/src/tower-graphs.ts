/** Trained towers as ONNX graphs that carry their parameters. */
import { type CompiledGraph, compileGraph, inference, type TensorSpec, tf } from '@lorekeep/graph';
import { centreContent, comparable, itemInputs, itemTower, userVectors, widthsOf } from './model/towers.ts';
import { isUserParameter, pick, usesNetwork } from './tower-vectors.ts';
import type { TrainedTowers } from './training/train.ts';

type Trained = Pick<TrainedTowers, 'config' | 'contentInfo' | 'parameters'>;

/**
 * The item-adaptation tower for `batch` items: `content [batch, contentDim]` (raw) and
 * `embeddings [batch, inputDim]` (rows of the ID table, zeros for a new item), each if the towers read
 * it → `inputs [batch, inputDim]`, `vectors [batch, dim]`.
 */
export function itemTowerGraph({ config, contentInfo, parameters }: Trained, batch: number): CompiledGraph {
  const inputs: Record<string, TensorSpec> = {};
  if (config.items.content) inputs.content = { shape: [batch, contentInfo.dim] };
  if (config.items.id) inputs.embeddings = { shape: [batch, widthsOf(config, contentInfo.dim).input] };
  const wanted = (name: string) => name !== 'id/table' && (usesNetwork(config) || !isUserParameter(name));
  return compileGraph(
    (given) => {
      const content = given.content && centreContent(given.content, given['content/mean'], given['content/whitening']);
      const read = itemInputs(given, content, given.embeddings, config, inference);
      return {
        inputs: tf.clone(read),
        vectors: comparable(itemTower(given, read, content, config, inference), config),
      };
    },
    inputs,
    { name: 'item tower', constants: pick(parameters, wanted) },
  );
}

/**
 * The user tower for `batch` users: `inputs [batch, maxHistory, inputDim]` (padded on the right) and
 * `last [batch]` (position of the newest event) → `vectors [batch, dim]`.
 */
export function userTowerGraph({ config, contentInfo, parameters }: Trained, batch: number): CompiledGraph {
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
