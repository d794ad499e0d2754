/** Published figures, quoted from their papers and not measured here. */

export interface Published {
  recall: number;
  ndcg: number;
}

/** A paper with the best figures that we know for a data set and protocol. */
export interface Source {
  system: string;
  paper: string;
  /** The work that defines data and split. */
  protocol: string;
  protocolPaper: string;
  /** By data set: test recall@10 and NDCG@10, seen items included. */
  figures: Record<string, Published>;
}

export const published: Source[] = [
  {
    system: 'MISSRec',
    paper: 'arXiv 2308.11175',
    protocol: 'UniSRec',
    protocolPaper: 'arXiv 2206.05941',
    figures: {
      'amazon18-scientific': { recall: 0.136, ndcg: 0.0753 },
      'amazon18-office': { recall: 0.1275, ndcg: 0.0856 },
    },
  },
  {
    system: 'OD-LLM',
    paper: 'arXiv 2601.09306',
    protocol: 'LC-Rec',
    protocolPaper: 'arXiv 2311.09049',
    figures: {
      'amazon18-arts': { recall: 0.1434, ndcg: 0.1084 },
      'amazon18-games': { recall: 0.1264, ndcg: 0.0748 },
    },
  },
];
