/** The page of an evaluation. */
import type { Evaluation } from '@lorekeep/evaluation';
import type { EpochPoint } from './charts.ts';
import { framed } from './frame.ts';
import type { ItemMap } from './item-map.ts';
import {
  historyGroupsSection,
  itemGroupsSection,
  mapSection,
  type NamedEvaluations,
  qualitySection,
  shownSection,
  trainingSection,
} from './sections.ts';

export interface ReportData {
  /** Name and value, shown at the top: version, data, encoder, seed, … */
  facts: [string, string][];
  evaluations: NamedEvaluations;
  validation: Evaluation;
  /** Absent for models that were trained before curves were saved. */
  training?: { bestEpoch: number; records: readonly EpochPoint[] };
  /** By stage of the training. */
  seconds?: Record<string, number>;
  /** Absent if the catalogue is too small for a map. */
  map?: ItemMap;
}

export async function reportPage({
  facts,
  evaluations,
  validation,
  training,
  seconds,
  map,
}: ReportData): Promise<string> {
  const [[name, own]] = evaluations;
  const sections = [
    await qualitySection(evaluations),
    shownSection(evaluations),
    await itemGroupsSection(evaluations),
    await historyGroupsSection(evaluations),
    ...(training === undefined ? [] : [await trainingSection(training, validation, seconds)]),
    ...(map === undefined ? [] : [await mapSection(map)]),
  ];
  const { nonFinite } = own.metrics;
  const warning = `<p class="warning">${nonFinite} scores were not finite and count as misses.</p>`;
  return framed({
    title: `Evaluation of ${name}`,
    facts,
    parts: nonFinite > 0 ? [warning, ...sections] : sections,
  });
}
