/**
 * KEEP (Zhang et al., CIKM 2022): the base ranker with knowledge of the super-domain added to the
 * output of a dense layer. The variants differ in K, and each K has a plug-in of its own:
 *
 * - logits of stage one, added to the logit of the ranker;
 * - last hidden layers of stage one, added to the first hidden layer;
 * - both;
 * - embeddings of stage one (K_u and K_i of the paper), added to the first hidden layer;
 * - logits of the two towers of stage one, added to the logit: what the knowledge centre serves.
 */
import type { PlugOptions } from '@lorekeep/ranking';
import type { Method, MethodContext } from '../contract.ts';
import { type Part, partWidth, rowKnowledge } from '../stage-one/knowledge.ts';
import { walk } from '../walk.ts';

const HIDDEN = 64;

/** @param layer `out` or the name of a shared layer */
function keep(name: string, parts: readonly { part: Part; layer: string }[]): Method {
  return {
    name,
    seeded: true,
    needsStageOne: true,
    score(context: MethodContext) {
      const { impressions, stageOne, target } = context;
      const plugs = parts.map(
        ({ part, layer }): PlugOptions => ({
          name: part,
          width: partWidth(impressions, stageOne, part),
          layer: layer === 'out' ? `${target.outcome}/out` : layer,
          hidden: HIDDEN,
        }),
      );
      return walk(context, {
        plugs,
        knowledge: (rows, window) =>
          Object.fromEntries(parts.map(({ part }) => [part, rowKnowledge(impressions, stageOne, part, rows, window)])),
      });
    },
  };
}

export const keepLogits = keep('KEEP logits', [{ part: 'logits', layer: 'out' }]);
export const keepHidden = keep('KEEP hidden', [{ part: 'hidden', layer: 'hidden 1' }]);
export const keepBoth = keep('KEEP logits and hidden', [
  { part: 'logits', layer: 'out' },
  { part: 'hidden', layer: 'hidden 1' },
]);
export const keepServed = keep('KEEP tower logits', [{ part: 'tower-logits', layer: 'out' }]);
export const keepEmbeddings = keep('KEEP embeddings', [{ part: 'embeddings', layer: 'hidden 1' }]);
