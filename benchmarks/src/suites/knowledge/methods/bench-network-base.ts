/**
 * The base ranker once more, as a network of the bench: the same input, layers and settings. KEEP-C,
 * CoNet and DARec are such networks. If this one differs from the base ranker, theirs are to be compared
 * with it.
 */
import type { Tensors } from '@lorekeep/graph';
import type { Method } from '../contract.ts';
import type { StudyReader } from '../network/examples.ts';
import { crossEntropy, initialAttention, initialMlp, inputOf, inputWidth, mlp } from '../network/layers.ts';
import { type StudyNetwork, studyWalk } from '../network/study-walk.ts';

const logits = (parameters: Tensors, batch: Tensors, reader: StudyReader) =>
  mlp(parameters, inputOf(parameters, batch, reader));

const network: StudyNetwork = {
  parameters: (random, reader) => ({ ...initialAttention(random), ...initialMlp(random, inputWidth(reader)) }),
  logits,
  loss: (parameters, batch, reader) => crossEntropy(logits(parameters, batch, reader), batch.labels, batch.weights),
};

export const benchNetworkBase: Method = {
  name: 'base as a bench network',
  seeded: true,
  needsStageOne: false,
  score: (context) => studyWalk(context, network),
};
