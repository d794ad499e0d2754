/** What a ranker is for. */

export const OUTCOMES = ['click', 'long_view'] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** A sub-domain: the surfaces that a ranker is for, and the outcome that it predicts. */
export interface Target {
  name: string;
  surfaces: readonly string[];
  outcome: Outcome;
  /**
   * The ranker is trained on a tenth of the rows of these surfaces, and scored on all of them: a young
   * surface. The super-domain keeps all rows.
   */
  thin: boolean;
}
