/**
 * A report about rankers with knowledge as one HTML page. It takes plain data and needs neither a
 * model nor a store.
 */
import { framed } from '../frame.ts';
import type { RankingReportData } from './data.ts';
import {
  ablationSection,
  dataAmountSection,
  liftSection,
  notesSection,
  reliabilitySection,
  userGroupsSection,
  versionSkewSection,
} from './sections.ts';

/**
 * The page: tables and plots of the parts that are given. It contains no script and loads nothing.
 *
 * @returns HTML
 * @example
 * const { difference, interval } = pairedGauc([plugged], [base], { labels, groups, users });
 * const lifts = [{ outcome: 'click', surface: 'home', difference, interval }];
 * const page = await rankingReport({
 *   title: 'Knowledge',
 *   lifts: [{ data: 'our shop', kind: 'real log', base: 'DIN', methods: [{ name: 'KEEP', lifts }] }],
 * });
 */
export async function rankingReport({
  title,
  facts = [],
  lifts = [],
  ablations = [],
  dataAmounts = [],
  userGroups = [],
  reliability = [],
  versionSkews = [],
  notes = [],
}: RankingReportData): Promise<string> {
  const parts = await Promise.all([
    ...lifts.map(liftSection),
    ...ablations.map(ablationSection),
    ...dataAmounts.map(dataAmountSection),
    ...userGroups.map(userGroupsSection),
    ...versionSkews.map(versionSkewSection),
    ...reliability.map(reliabilitySection),
  ]);
  return framed({ title, facts, parts: notes.length === 0 ? parts : [...parts, notesSection(notes)] });
}
