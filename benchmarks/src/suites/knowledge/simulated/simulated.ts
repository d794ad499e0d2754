/**
 * The simulated shop: the only log here where clicks, carts and purchases are all there, at any size.
 * A ranker of clicks on the surface `similar` (a sixth of the impressions) is given knowledge of the
 * whole shop: by tasks (Table 5 of the KEEP paper), by parts (Table 4), by days of the super-domain
 * (Table 6) and by groups of users (Table 7). All figures are simulated.
 */
import { importSimulatedShop } from '@lorekeep/datasets';
import { evaluateRanking, type KnowledgePart, type RankEvaluation } from '@lorekeep/knowledge';
import { loadRankingData, type PairedGauc, type RankingTask } from '@lorekeep/ranking';
import { openWorkspace } from '@lorekeep/workspace';
import { keptWorkspace } from '../../../paths.ts';

const DAY = 86_400;
const WINDOWS = { days: 3, count: 6 };
const SURFACES = ['similar'];
const CLICK: RankingTask = { outcome: 'click' };
const CART: RankingTask = { outcome: 'cart', among: 'click' };
const PURCHASE: RankingTask = { outcome: 'purchase', among: 'click' };
const ALL_TASKS = [CLICK, CART, PURCHASE];

/** What is varied, each against the same ranker without knowledge. */
export interface Variant {
  name: string;
  tasks: readonly RankingTask[];
  parts: readonly KnowledgePart[];
  historyDays?: number;
}

const SERVED: readonly KnowledgePart[] = ['served'];
export const VARIANTS: readonly Variant[] = [
  { name: 'keep', tasks: ALL_TASKS, parts: SERVED },
  { name: 'tasks: click', tasks: [CLICK], parts: SERVED },
  { name: 'tasks: click, cart', tasks: [CLICK, CART], parts: SERVED },
  { name: 'parts: user', tasks: ALL_TASKS, parts: ['user'] },
  { name: 'parts: user, item', tasks: ALL_TASKS, parts: ['user', 'item'] },
  { name: 'parts: user, item, interaction', tasks: ALL_TASKS, parts: ['user', 'item', 'hidden'] },
  { name: 'days: 7', tasks: ALL_TASKS, parts: SERVED, historyDays: 7 },
  { name: 'days: 21', tasks: ALL_TASKS, parts: SERVED, historyDays: 21 },
];

export interface SimulatedOptions {
  /** Events of the shop. Default 1,000,000. */
  events?: number;
  seeds?: readonly number[];
  variants?: readonly Variant[];
  log: (line: string) => void;
}

/** By name of the variant. */
export type SimulatedResults = Record<string, RankEvaluation>;

export async function simulatedLifts({
  events = 1_000_000,
  seeds = [1, 2, 3],
  variants = VARIANTS,
  log,
}: SimulatedOptions): Promise<SimulatedResults> {
  await using workspace = await openWorkspace(keptWorkspace(`simulated-${events}`), { create: true });
  await importSimulatedShop(workspace.store, { events });
  const data = await loadRankingData(workspace.store, { outcomes: ['click', 'cart', 'purchase'] });
  const end = data.log.timestamps.at(-1) ?? 0;
  const results: SimulatedResults = {};
  for (const { name, tasks, parts, historyDays } of variants) {
    results[name] = await evaluateRanking({
      ...WINDOWS,
      data,
      task: CLICK,
      surfaces: SURFACES,
      start: end - WINDOWS.count * WINDOWS.days * DAY,
      seeds,
      superDomain: { tasks },
      parts,
      historyDays,
      // Embeddings and hidden layers are added to the first layer: a logit is no place for a hundred numbers.
      layer: parts.some((part) => part !== 'served') ? 'hidden 1' : undefined,
    });
    log(`simulated, ${name}: ${lineOf(results[name].lifts.knowledge as PairedGauc)}`);
  }
  return results;
}

const lineOf = ({ difference, standardError }: PairedGauc) =>
  `${difference >= 0 ? '+' : ''}${difference.toFixed(4)} ± ${standardError.toFixed(4)}`;
