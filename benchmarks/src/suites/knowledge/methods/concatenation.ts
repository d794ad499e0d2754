/**
 * KEEP-C (KEEP, Zhang et al., CIKM 2022, section 5.1): the same knowledge as `KEEP logits and hidden`,
 * concatenated to the input of the first dense layer instead of added to the output of a layer. A
 * ranker must be built for it: one that is trained already cannot take it.
 */
import type { Random } from '@lorekeep/core';
import { namedArray, type Tensors, tf } from '@lorekeep/graph';
import type { Method, MethodContext } from '../contract.ts';
import type { StudyReader } from '../network/examples.ts';
import {
  crossEntropy,
  initialAttention,
  initialMlp,
  inputOf,
  inputWidth,
  mlp,
  type Tensor,
} from '../network/layers.ts';
import { type StudyNetwork, studyWalk } from '../network/study-walk.ts';
import { partWidth, rowKnowledge } from '../stage-one/knowledge.ts';

const PARTS = ['logits', 'hidden'] as const;

function network({ impressions, stageOne }: MethodContext): StudyNetwork {
  const width = PARTS.reduce((sum, part) => sum + partWidth(impressions, stageOne, part), 0);
  const logits = (parameters: Tensors, batch: Tensors, reader: StudyReader) => {
    const input = tf.concat([inputOf(parameters, batch, reader), batch.knowledge as Tensor], 1) as Tensor;
    return mlp(parameters, input);
  };
  return {
    parameters: (random: Random, reader: StudyReader) => ({
      ...initialAttention(random),
      ...initialMlp(random, inputWidth(reader) + width),
    }),
    logits,
    loss: (parameters, batch, reader) => crossEntropy(logits(parameters, batch, reader), batch.labels, batch.weights),
    extra(rows, window, size) {
      const values = new Float32Array(size * width);
      let first = 0;
      for (const part of PARTS) {
        const own = rowKnowledge(impressions, stageOne, part, rows, window);
        for (const i of rows.keys())
          values.set(own.values.subarray(i * own.width, (i + 1) * own.width), i * width + first);
        first += own.width;
      }
      return { knowledge: namedArray([size, width], values) };
    },
  };
}

export const concatenation: Method = {
  name: 'KEEP-C (concatenation)',
  seeded: true,
  needsStageOne: true,
  score: (context) => studyWalk(context, network(context)),
};
