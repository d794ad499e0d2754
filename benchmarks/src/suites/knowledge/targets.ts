/** The sub-domains of the real log. */
import { OUTCOMES, type Outcome, type Target } from './target.ts';

const MAIN = ['1'];
/** Too small to show a lift of a surface alone, so they are pooled: one ranker for all four. */
const SMALL = ['0', '2', '4', '6'];

const targets = (name: string, surfaces: readonly string[], thin: boolean): Target[] =>
  OUTCOMES.map((outcome: Outcome) => ({ name: `${name} ${outcome}`, surfaces, outcome, thin }));

export const TARGETS: readonly Target[] = [
  ...targets('tab 1', MAIN, false),
  ...targets('thin', MAIN, true),
  ...targets('small tabs', SMALL, false),
];
