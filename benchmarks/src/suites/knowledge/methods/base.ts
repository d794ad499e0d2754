/**
 * The base ranker: DIN (Zhou et al., KDD 2018) on the rows of the target. The user's behaviours on
 * all surfaces are its input, as in all other methods. The same with CAN (Bian et al., WSDM 2022),
 * which is the base of the KEEP paper, with the settings that were chosen for DIN.
 */
import type { RankerConfig } from '@lorekeep/ranking';
import type { Method } from '../contract.ts';
import { walk } from '../walk.ts';

const baseOf = (name: string, kind: RankerConfig['kind']): Method => ({
  name,
  seeded: true,
  needsStageOne: false,
  score: (context) => walk(context, { ranker: { kind } }),
});

export const base = baseOf('base', 'din');
export const baseCan = baseOf('base CAN', 'can');
