/**
 * Shared bottom (Caruana, Machine Learning 1997): one network for all surfaces, trained on the rows of
 * all. Embeddings, attention and the first layer are shared; each domain has a hidden layer and an
 * output of its own. Domains are the surfaces of the target, one each, and the other surfaces together.
 *
 * For the ranker each domain is a task, whose outcome is "the outcome, on a surface of the domain"
 * among the rows of the domain.
 */
import type { Method, MethodContext } from '../contract.ts';
import { walk } from '../walk.ts';

export const sharedBottom: Method = {
  name: 'shared bottom',
  seeded: true,
  needsStageOne: false,
  score(context: MethodContext) {
    const { impressions, target } = context;
    const { log } = impressions.data;
    const domains = [...target.surfaces, 'others'];
    const domainOf = (row: number) => {
      const at = target.surfaces.indexOf(log.surfaceNames[log.surfaces[row]]);
      return at < 0 ? domains.length - 1 : at;
    };
    const known = log.outcomeNames.length;
    const bit = log.outcomeNames.indexOf(target.outcome);
    const outcomes = log.outcomes.map((mask, row) => {
      const domain = 2 ** (known + 2 * domainOf(row));
      return mask + domain * (1 + 2 * ((mask >>> bit) & 1));
    });
    return walk(context, {
      ranker: {
        batch: 512,
        hidden: [128],
        taskHidden: [64],
        tasks: domains.map((name) => ({ outcome: `positive on ${name}`, among: `on ${name}` })),
      },
      columns: { ...log, outcomes },
      outcomeNames: [...log.outcomeNames, ...domains.flatMap((name) => [`on ${name}`, `positive on ${name}`])],
      trains: () => true,
      logit: (logits, at, row) => logits[at * domains.length + domainOf(row)],
    });
  },
};
