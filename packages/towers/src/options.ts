/**
 * Every option of the towers and of their training: type, limits, default (that of the preset
 * `learn`) and meaning. `checkTowerOptions` refuses combinations that contradict each other.
 */
import { type Configuration, flag, oneOf, optionErrors, real, whole } from '@lorekeep/core';

export const towerOptions = {
  /** What the towers read for each item. */
  items: {
    content: flag(true, 'The towers read the content vectors (text) of items.'),
    id: flag(true, 'The towers read an ID embedding per item, learned from behaviour.'),
    whitening: oneOf(
      'none',
      ['none', 'zca', 'pca'],
      'Whitening of the centred content vectors, which scales all directions to one variance: in the axes of the vectors (`zca`), along their principal axes (`pca`), or not at all (`none`). It is fitted to the training catalogue and stored in the bundle.',
    ),
    idDropout: real(
      0.1,
      [0, 0.9],
      'Share of items whose ID embedding is hidden in a training step, so that the content path must serve alone. Ignored without content.',
    ),
    alignment: real(
      0,
      [0, 100],
      'Weight of the loss that pulls the content path and the ID embedding of an item together. Above 0 only with content and ID.',
    ),
  },
  /** The two networks. */
  network: {
    start: oneOf(
      'closed-form',
      ['closed-form', 'random'],
      'Initial values of the parameters: the closed form of the linear model (needs `residual`), or random.',
    ),
    residual: flag(
      true,
      'The recency-weighted sum of the inputs bypasses the transformer blocks, which add to it. If false (as in the paper), the blocks are the only path and read inputs of dimension `hidden`.',
    ),
    dim: whole(
      384,
      [8, 1024],
      'Dimension of the vectors of both towers and, with `residual`, of their inputs. Presets use less above 166,666 items. Without `residual`, the item tower `adaptor` needs it equal to `hidden`, and `content-space` ignores it.',
    ),
    hidden: whole(64, [8, 1024], 'Dimension of the transformer blocks; a multiple of `heads`.'),
    layers: whole(
      1,
      [0, 12],
      'Number of transformer blocks. With 0, the user tower is the recency-weighted sum alone. At least 1 without `residual`.',
    ),
    heads: whole(2, [1, 32], 'Number of attention heads.'),
    block: oneOf(
      'pre-ln',
      ['pre-ln', 'post-ln'],
      'Where the blocks normalise: before attention and MLP (`pre-ln`) or after them (`post-ln`, as in BERT).',
    ),
    positions: oneOf(
      'distance',
      ['distance', 'learned', 'none'],
      'How the blocks read order: by a learned bias per head and distance (`distance`), by a learned vector per position counted from the oldest event (`learned`, as in SASRec), or only through the causal mask (`none`, as in LEARN).',
    ),
    maxHistory: whole(50, [1, 1000], 'Largest number of events of a history that is read; of more, the newest.'),
    itemTower: oneOf(
      'adaptor',
      ['sequence', 'shared', 'content-space', 'adaptor'],
      'How item vectors are computed. `sequence` (variant (a) of LEARN): by the shared network, over the sequence of target items in training and over a single item in serving. It is meant for the loss `dense`, because with `in-batch` the targets before an item are the history itself. `shared` (variant (b)): by the shared network over a single item. `content-space` (variant (c)): by no network: the content vector itself; the user vector is projected into its space. `adaptor`: without the shared network, as the sum of what is read from text and ID.',
    ),
    similarity: oneOf(
      'inner-product',
      ['cosine', 'inner-product'],
      'Score of a user and an item. `cosine` normalises both vectors; with `inner-product` the norm of an item carries confidence.',
    ),
  },
  /** The training objective. */
  loss: {
    kind: oneOf(
      'sampled',
      ['full', 'sampled', 'in-batch', 'dense'],
      'Softmax over the whole catalogue (`full`), over the target and drawn negatives (`sampled`), or over the targets of the batch (`in-batch`, in-batch softmax); or the dense all-action loss of LEARN, which compares many history positions with many later targets (`dense`).',
    ),
    temperature: real(0.3, [0.001, 10], 'Divides the similarity before the softmax.'),
    negatives: whole(1024, [1, 65_536], 'For `sampled`: negatives drawn per step.'),
    samplingPower: real(
      0.5,
      [0, 1],
      'For `sampled`: negatives are drawn in proportion to (number of events + 1) to this power. 0 is uniform, 1 is by popularity.',
    ),
    logQ: flag(
      true,
      'Not for `full`: subtracts log Q, the log of the probability that an item is drawn, from the logits of negatives, so that the loss estimates `full`.',
    ),
    targetLength: whole(
      40,
      [1, 1000],
      'For `dense`: largest number of later events that targets are drawn from. Of more, this number is drawn evenly.',
    ),
    actions: whole(
      10,
      [1, 100],
      'For `dense`: history positions and targets drawn per user, with a preference for recent ones.',
    ),
  },
  /** Optimiser, schedule, batches and stopping. */
  training: {
    dropout: real(0.2, [0, 0.9], 'Share of activations that are dropped in training.'),
    learningRate: real(2e-3, [1e-6, 1], 'Peak of the cosine schedule.'),
    startRate: real(
      0.3,
      [0, 1],
      'Learning rate of the parameters that the closed-form start has set, as a share of `learningRate`.',
    ),
    weightDecay: real(0.01, [0, 1], 'Decoupled weight decay of weight matrices.'),
    clipNorm: real(1, [0.01, 1000], 'Global norm at which gradients are clipped.'),
    averageDecay: real(
      0,
      [0, 0.9999],
      'Decay of a running average of the parameters, which is validated and saved instead of the parameters. 0: no average.',
    ),
    epochs: whole(5, [0, 1000], 'Largest number of passes over the training sequences. With 0, the start is kept.'),
    patience: whole(3, [1, 1000], 'Training stops after this number of epochs without a better validation NDCG@10.'),
    validationUsers: whole(
      100_000,
      [1, 100_000_000],
      'Largest number of users that are evaluated after each epoch. Of more, this number is drawn evenly.',
    ),
    batchPositions: whole(
      1024,
      [8, 65_536],
      'Positions of histories in a training step, padding included. At each of them, the next event is predicted.',
    ),
  },
};

export type TowerConfig = Configuration<typeof towerOptions>;

/**
 * Options that are valid by themselves are checked against each other.
 *
 * @throws LorekeepError `OPTION_INVALID` if two options contradict each other
 */
export function checkTowerOptions({ items, network, loss }: TowerConfig): void {
  const invalid = (name: string, value: unknown, allowed: string) =>
    optionErrors.OPTION_INVALID({ name, value, allowed });
  const { content, id, alignment } = items;
  const { hidden, heads, residual, layers, dim, itemTower, start } = network;
  if (!content && !id)
    throw invalid('items.id', id, 'true if items.content is false: the towers must read content, IDs or both');
  if (hidden % heads !== 0) throw invalid('network.heads', heads, `a divisor of network.hidden (${hidden})`);
  if (alignment > 0 && !(content && id))
    throw invalid('items.alignment', alignment, '0 unless items.content and items.id are both true');
  if (start === 'closed-form' && !residual)
    throw invalid(
      'network.start',
      start,
      '"random" if network.residual is false: transformer blocks alone cannot represent the linear model',
    );
  if (!residual && layers === 0)
    throw invalid(
      'network.layers',
      layers,
      'at least 1 if network.residual is false: user vectors come from the blocks alone',
    );
  if (!residual && itemTower === 'adaptor' && dim !== hidden)
    throw invalid(
      'network.dim',
      dim,
      `equal to network.hidden (${hidden}) if network.residual is false and network.itemTower is "adaptor"`,
    );
  if (itemTower === 'content-space' && (residual || !content))
    throw invalid(
      'network.itemTower',
      itemTower,
      '"sequence", "shared" or "adaptor" if network.residual is true or items.content is false',
    );
  if (itemTower === 'sequence' && (loss.kind === 'full' || loss.kind === 'sampled'))
    throw invalid(
      'network.itemTower',
      itemTower,
      `"shared" if loss.kind is "${loss.kind}": the negatives of this loss are in no sequence`,
    );
}
