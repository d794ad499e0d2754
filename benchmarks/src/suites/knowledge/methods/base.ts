/**
 * The base ranker: DIN (Zhou et al., KDD 2018) on the rows of the target. The user's behaviours on
 * all surfaces are its input, as in all other methods.
 */
import type { Method } from '../contract.ts';
import { walk } from '../walk.ts';

export const base: Method = { name: 'base', seeded: true, needsStageOne: false, score: (context) => walk(context) };
