/**
 * Sample merging (KEEP, Zhang et al., CIKM 2022, section 5.1): the base ranker, trained on the rows of
 * all surfaces together. The history is left out, because its rows have no surface and no clicks. A
 * thin target has all rows of its surface here, as the super-domain has.
 */
import type { Method } from '../contract.ts';
import { walk } from '../walk.ts';

export const sampleMerging: Method = {
  name: 'sample merging',
  seeded: true,
  needsStageOne: false,
  score: (context) => walk(context, { ranker: { batch: 512 }, trains: () => true }),
};
