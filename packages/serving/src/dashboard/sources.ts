/** What ordered a list, in words. */
const SOURCES: Record<string, { meaning: string; isFallback: boolean }> = {
  ranker: { meaning: 'ordered by the ranker of impressions', isFallback: false },
  reranker: { meaning: 'ordered by the re-ranker of the model', isFallback: false },
  linear: { meaning: 'ordered by the linear model: what is chosen together', isFallback: false },
  towers: { meaning: 'ordered by the vectors of the towers', isFallback: false },
  content: { meaning: 'ordered by likeness of texts; no model is published', isFallback: false },
  popularity: { meaning: 'the most chosen items: nothing usable is known of the user or the item', isFallback: true },
  newest: { meaning: 'the newest items: no item that passes has been chosen yet', isFallback: true },
};

/** A source that a newer engine names is described by its name. */
export const sourceOf = (source: string): { meaning: string; isFallback: boolean } =>
  Object.hasOwn(SOURCES, source) ? SOURCES[source] : { meaning: `ordered by ${source}`, isFallback: false };
