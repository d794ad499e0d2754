/** A pre-trained model of a workspace, opened with the sequences of its users. */
import { type SuperDomain, superDomainOf } from '@lorekeep/knowledge';
import { createBehaviours, openImpressionRanker, type RankingData, recordRows } from '@lorekeep/ranking';
import { firstAfter } from '../days.ts';
import { loadNetwork } from '../versions.ts';

/** @param directory of a version */
export async function openModel(directory: string, data: RankingData, threads?: number): Promise<SuperDomain> {
  const state = await loadNetwork(directory);
  const behaviours = createBehaviours(state.length);
  recordRows(behaviours, data.log, rowsUntil(data, state.seenUntil));
  const ranker = await openImpressionRanker({ state, entities: data, behaviours, threads });
  return superDomainOf(ranker, behaviours);
}

/** All rows up to a time. */
export const rowsUntil = ({ log }: RankingData, time: number): Int32Array =>
  Int32Array.from({ length: firstAfter(log.timestamps, time) }, (_, row) => row);
