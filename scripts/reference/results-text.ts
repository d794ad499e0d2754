/** The text of docs/results.md: names of the sets, conditions, and what the figures mean. */

/** By the folder of a data set; in the order of the page. */
export const setNames: Record<string, string> = {
  'amazon18-scientific': 'Scientific',
  'amazon18-instruments': 'Instruments',
  'amazon18-arts': 'Arts',
  'amazon18-games': 'Games',
  'amazon18-office': 'Office',
  'amazon14-office': 'Office 2014',
  'amazon14-pet': 'Pet 2014',
  'movielens-100k': 'MovieLens-100K',
  'rees46-2019oct-sample': 'REES46',
  'taobao-userbehavior-sample': 'Taobao',
};

/** Paragraphs, by the part of the page that they belong to. */
export const introductions = {
  page: [
    'The figures come from [benchmarks/results](../benchmarks/results). `pnpm bench quality` writes `quality.json`. The other benches write no file; their figures are copied into `measured.json`. The figures were measured on two shared x86-64 cores (AVX2) unless the text says otherwise. [How the figures are measured](explanation/benchmarks.md) describes every bench. [Terms](explanation/design.md#terms) explains the words.',
    'The best figure of a row is bold.',
  ],
  quality: [
    'The tables show test recall@10 / NDCG@10. `learn` is the default, and `linear` is the linear model alone. The protocol is leave-one-out. All items are ranked, including items that the user already has (_seen items included_). All sets use the same settings. The seed is 42 unless a table says otherwise. Office has texts for 17 % of its items, Pet 2014 for none.',
    'Command: `pnpm bench quality`.',
  ],
  columns: [
    'The last column is the paired 95 % interval of the difference. `quality.json` has the intervals and breakdowns of every row.',
  ],
  seeds: ['The preset `learn`. Command: `LOREKEEP_QUALITY_SEEDS=43,44 pnpm bench quality`.'],
  models: [
    'The split is the same. Command: `LOREKEEP_QUALITY_PEERS=recbole-sasrec,l3ae LOREKEEP_QUALITY_PRESETS=learn,ease,sasrec pnpm bench quality`. An empty cell was not measured.',
  ],
  baselines: [
    'The default and four simple baselines on Scientific. `last-item-knn` recommends the text neighbours of the last item. Command: `pnpm bench quality`.',
  ],
  further: [
    'The settings are the same. REES46 is the first minutes of a month, Taobao is 929 users of 61,330 items. `ease` is the linear model without texts. Command: `LOREKEEP_QUALITY_PRESETS=learn,ease,sasrec LOREKEEP_QUALITY_SEEDS=42 pnpm bench quality --data DIR`.',
  ],
  furtherNotes: [
    'MovieLens and Taobao were not used for tuning; REES46 was used for one change, see below. Taobao was measured when catalogues of more than 40,000 items had no linear model: its column `linear` is the factored linear model, from which the towers start, and `learn` is the towers alone.',
  ],
  temporal: [
    'All training events are older than all test events. Command: `LOREKEEP_QUALITY_PROTOCOL=temporal pnpm bench quality`; with refit, `LOREKEEP_QUALITY_REFIT=valid` is added.',
    'A shop would train again up to the test (`train --refit`): then fewer of the chosen items are new, and the figures of the default rise by two fifths:',
  ],
  refit: ['With leave-one-out, the refit gains less. Command: `LOREKEEP_QUALITY_REFIT=valid pnpm bench quality`.'],
  refitNotes: ['The tables under [Quality](#quality) are without the refit, as the published figures are.'],
  newItems: [
    'Test NDCG@10 by target, seed 42: _new_ items have no training event, _tail_ items are the four fifths of the others with the fewest. `text` is the better of the two untrained text baselines on the same cases; Office has texts for 17 % of its items, Pet 2014 for none. Commands: those of the tables above.',
    'Office and the other seeds were measured before new items had odds of their own, and before catalogues of more than 9,000 items were solved by columns. [What both cost](explanation/experiments.md#new-items-and-columns-on-the-larger-sets) is measured.',
    'In leave-one-out an item is new if it occurs only among the last two events of users. Such an item is in the data only because users choose it in validation or test, so being new says more there than in a shop. By time, new items are those that really came later.',
  ],
  scale: ['The default over a million items, `dim` 64:'],
  comparisons: ['A row that starts with "–" changes one thing in the last row without "–".'],
  comparisonNotes: [
    'The encoded texts are title + brand + category, with all-MiniLM-L6-v2. The encoding job reads 200,000 items; its vectors are compared with those of a run that was not killed.',
  ],
};

/** Text around a figure. */
export const conditions = {
  repeats: (share: string) =>
    `REES46 is a log of views. 40 % of its events are of an item that the user has seen before, and repeating the last item is correct for ${share} of the test users. \`sasrec\` ranks the correct item first more often than \`learn\` does, but the top ten of \`learn\` contain it far more often. The first result on this set (.3657 / .2481) showed that the re-ranker seldom proposed items of the history. We changed this after seeing the test result, so the set no longer counts as held out ([experiments](explanation/experiments.md#repeat-consumption)).`,
  otherMachine: (machine: string) =>
    `On ${machine}, our training step takes as long as above and PyTorch's takes less:`,
};
