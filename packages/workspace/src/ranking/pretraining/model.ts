/** A pre-trained model of a workspace, opened with the sequences of its users. */
import { type SuperDomain, superDomainOf } from '@lorekeep/knowledge';
import { createBehaviours, openImpressionRanker } from '@lorekeep/ranking';
import type { LoggedData } from '../log/read-data.ts';
import { recordUntil } from '../log/walk.ts';
import { loadNetwork } from '../versions.ts';

/** @param directory of a version */
export async function openModel(directory: string, data: LoggedData, threads?: number): Promise<SuperDomain> {
  const state = await loadNetwork(directory);
  const behaviours = createBehaviours(state.length);
  await recordUntil(behaviours, data.log, state.seenUntil);
  const ranker = await openImpressionRanker({ state, entities: data, behaviours, threads });
  return superDomainOf(ranker, behaviours);
}
