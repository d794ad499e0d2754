/** The result of one epoch of training. */
export interface EpochRecord {
  epoch: number;
  /** Mean training loss; absent for epoch 0, which is the start. */
  loss?: number;
  /** NDCG@10 on the validation cases. */
  ndcg: number;
}
