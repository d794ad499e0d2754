/**
 * DARec (Yuan, Yao & Benatallah, IJCAI 2019): features that do not tell the domain. A first layer is
 * shared; a predictor for each domain (target, other surfaces) reads it; a classifier guesses the
 * domain from it, and its gradient reaches the first layer reversed (Ganin & Lempitsky, ICML 2015). The
 * paper's autoencoder of ratings is replaced by the input of the base ranker. Trained on the rows of
 * all surfaces.
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
  relu,
  type Tensor,
} from '../network/layers.ts';
import { type StudyNetwork, studyWalk } from '../network/study-walk.ts';

/** Weight of the reversed gradient. */
const REVERSAL = 0.1;

/** The same values; the gradient changes its sign. */
function reversed(x: Tensor): Tensor {
  const operation = (given: Tensor) => ({ value: tf.mul(given, 1), gradFunc: (dy: Tensor) => tf.mul(dy, -REVERSAL) });
  return tf.customGrad(operation as never)(x as never) as Tensor;
}

function network({ impressions, target }: MethodContext): StudyNetwork {
  const outputs = (parameters: Tensors, batch: Tensors, reader: StudyReader) => {
    const first = relu(dense(parameters, 'first', inputOf(parameters, batch, reader)));
    const out = perDomain((name) => dense(parameters, `${name}/out`, relu(dense(parameters, `${name}/second`, first))));
    const isTarget = batch.isTarget as Tensor;
    const logits = tf.add(tf.mul(out.target, isTarget), tf.mul(out.others, tf.sub(1, isTarget))) as Tensor;
    return { logits, first };
  };
  return {
    parameters(random, reader) {
      const own = perDomain((name) => ({
        ...initialDense(random, `${name}/second`, 128, 64),
        ...initialDense(random, `${name}/out`, 64, 1, 1 / 8),
      }));
      return {
        ...initialAttention(random),
        ...initialDense(random, 'first', inputWidth(reader), 128),
        ...initialDense(random, 'domain/first', 128, 32),
        ...initialDense(random, 'domain/out', 32, 1),
        ...own.target,
        ...own.others,
      };
    },
    logits: (parameters, batch, reader) => outputs(parameters, batch, reader).logits,
    loss(parameters, batch, reader) {
      const { logits, first } = outputs(parameters, batch, reader);
      const domain = dense(parameters, 'domain/out', relu(dense(parameters, 'domain/first', reversed(first))));
      return tf.add(
        crossEntropy(logits, batch.labels, batch.weights),
        crossEntropy(domain, batch.isTarget, batch.weights),
      ) as Tensor;
    },
    extra: (rows, _, size) => ({ isTarget: domainColumn(impressions, target, rows, size) }),
    trains: () => true,
    batch: 512,
  };
}

export const daRec: Method = {
  name: 'DARec',
  seeded: true,
  needsStageOne: false,
  score: (context) => studyWalk(context, network(context)),
};
