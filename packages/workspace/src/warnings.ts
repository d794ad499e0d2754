/**
 * The warnings of the main job: what `RunContext.warn` receives. The work goes on after each of
 * them.
 */
import type { Warning } from '@lorekeep/core';
import type { Protocol } from '@lorekeep/evaluation';

export const warnings = {
  ENCODER_FALLBACK: (model: string, reason: string): Warning => ({
    code: 'ENCODER_FALLBACK',
    message: [
      `${model} could not be obtained: ${reason}`,
      'Falling back to the LEXICAL encoder. It is NOT a language model: it compares words, not meaning.',
      'Recommendations will be worse, above all for new items.',
    ].join('\n'),
  }),
  ERASURE_WAITS: (): Warning => ({
    code: 'ERASURE_WAITS',
    message:
      'Another program kept the store busy, so what erased users have left in its free space is not overwritten yet. The next training tries again.',
  }),
  NO_TEXTS: (): Warning => ({
    code: 'NO_TEXTS',
    message: 'No item has a text, so there is nothing to encode. Only events can say which items go together.',
  }),
  PUBLISHED_WITHOUT_MODEL: (): Warning => ({
    code: 'PUBLISHED_WITHOUT_MODEL',
    message: 'Nothing is trained, so this publishes without a model. There are enough events to train one.',
  }),
  METRICS_EMPTY: (): Warning => ({
    code: 'METRICS_EMPTY',
    message: 'No event could be held out, so nothing was measured: all metrics are 0. A test user needs three events.',
  }),
  METRICS_TRIVIAL: (items: number): Warning => ({
    code: 'METRICS_TRIVIAL',
    message: `The catalogue has only ${items} items: recall@10 and recall@50 are 1 for any order, and the others are high.`,
  }),
  LOG_CHANGED: (): Warning => ({
    code: 'LOG_CHANGED',
    message: 'The log has changed since this model was trained: it may have seen some of the test events.',
  }),
  KNOWLEDGE_BEHIND: (missing: number, impressions: number): Warning => ({
    code: 'KNOWLEDGE_BEHIND',
    message: `${missing.toLocaleString('en-US')} of ${impressions.toLocaleString('en-US')} impressions have no knowledge: the pre-trained version has not read them. The ranker learned from them without it.`,
  }),
  KNOWLEDGE_UNTRAINED: (): Warning => ({
    code: 'KNOWLEDGE_UNTRAINED',
    message:
      'All impressions are of one day. The knowledge of a day comes from the days before it, so it is zero for all of them, and says nothing to a ranker. Pre-train again when a further day is stored.',
  }),
  RANKER_UNUSABLE: (reason: string): Warning => ({
    code: 'RANKER_UNUSABLE',
    message: `The ranker cannot be used, and lists come without it: ${reason}`,
  }),
  LATE_IMPRESSIONS: (late: number): Warning => ({
    code: 'LATE_IMPRESSIONS',
    message: `${late.toLocaleString('en-US')} impressions are older than what the newest version has learned from, and are left out. A training from the beginning reads them.`,
  }),
  PROTOCOL_DIFFERS: (trainedWith: Protocol, protocol: Protocol): Warning => ({
    code: 'PROTOCOL_DIFFERS',
    message: `This model was trained with ${trainedWith}: it has seen some of the ${protocol} test events.`,
  }),
};
