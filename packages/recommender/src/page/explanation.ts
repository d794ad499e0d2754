/** Why an item is in an answer, as data. */

/** What contributed to a score, and how much. */
export interface ScorePart {
  /**
   * `'place'`: the item fills the list, or stands where another rule has put it, and has the score of
   * the item before it. Others: what the score is made of.
   */
  name: 'ranker' | 'reranker' | 'towers' | 'newItems' | 'linear' | 'content' | 'popularity' | 'place';
  value: number;
}

/** Why one item of an answer is there. */
export interface Explanation {
  /** The score of `source`, before boosts and moves. */
  score: number;
  /** They add up to `score`. */
  parts: ScorePart[];
  /** What the linear model gives the item: what made it a candidate. Absent if it gives nothing. */
  linear?: number;
  /**
   * The items of the history that the linear model, or similarity of texts, has this item from,
   * strongest first. They add up to `linear`, and for `content` to `score`.
   */
  history: { item: string; weight: number }[];
  /** The items of the history with the most similar texts: up to 3, with the cosine. */
  content: { item: string; similarity: number }[];
  /** What boosts have added to the score. Absent if nothing. */
  boost?: number;
}
