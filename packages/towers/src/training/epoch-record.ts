/** What an epoch of training gave. */
export interface EpochRecord {
  epoch: number;
  /** Mean training loss; absent for epoch 0, the start. */
  loss?: number;
  /** NDCG@10 on the validation cases. */
  ndcg: number;
}
