/**
 * CoNet (Hu, Zhang & Yang, CIKM 2018): two networks, one for the target and one for the other surfaces,
 * which exchange activations. The second layer of each reads its own first layer and, through one
 * matrix for both directions, the first layer of the other. Embeddings are shared, because users and
 * items of all surfaces are the same. Trained on the rows of all surfaces.
 */
import { type Tensors, tf } from '@lorekeep/graph';
import type { Method, MethodContext } from '../contract.ts';
import { domainColumn, perDomain } from '../network/domains.ts';
import type { StudyReader } from '../network/examples.ts';
import {
  crossEntropy,
  dense,
  initialAttention,
  initialDense,
  inputOf,
  inputWidth,
  matMul,
  relu,
  type Tensor,
} from '../network/layers.ts';
import { type StudyNetwork, studyWalk } from '../network/study-walk.ts';

function network({ impressions, target }: MethodContext): StudyNetwork {
  const logits = (parameters: Tensors, batch: Tensors, reader: StudyReader): Tensor => {
    const input = inputOf(parameters, batch, reader);
    const first = perDomain((name) => relu(dense(parameters, `${name}/first`, input)));
    const crossed = (from: Tensor) => matMul(from, parameters['cross/weights']);
    const second = {
      target: relu(tf.add(dense(parameters, 'target/second', first.target), crossed(first.others)) as Tensor),
      others: relu(tf.add(dense(parameters, 'others/second', first.others), crossed(first.target)) as Tensor),
    };
    const out = perDomain((name) => dense(parameters, `${name}/out`, second[name]));
    const isTarget = batch.isTarget as Tensor;
    return tf.add(tf.mul(out.target, isTarget), tf.mul(out.others, tf.sub(1, isTarget))) as Tensor;
  };
  return {
    parameters(random, reader) {
      const { 'cross/bias': _, ...cross } = initialDense(random, 'cross', 128, 64, Math.sqrt(1 / 128));
      const own = perDomain((name) => ({
        ...initialDense(random, `${name}/first`, inputWidth(reader), 128),
        ...initialDense(random, `${name}/second`, 128, 64),
        ...initialDense(random, `${name}/out`, 64, 1, 1 / 8),
      }));
      return { ...initialAttention(random), ...cross, ...own.target, ...own.others };
    },
    logits,
    loss: (parameters, batch, reader) => crossEntropy(logits(parameters, batch, reader), batch.labels, batch.weights),
    extra: (rows, _, size) => ({ isTarget: domainColumn(impressions, target, rows, size) }),
    trains: () => true,
    batch: 512,
  };
}

export const coNet: Method = {
  name: 'CoNet',
  seeded: true,
  needsStageOne: false,
  score: (context) => studyWalk(context, network(context)),
};
