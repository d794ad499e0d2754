/**
 * Which outcome belongs to which impression. Only impressions of the same user and item are asked:
 *
 * 1. If the outcome names a request, and impressions of this request exist, it belongs to one of
 *    them, at whatever distance in time.
 * 2. Otherwise it belongs to the latest impression at most `window` before it. Outcomes that name a
 *    request leave out impressions that name another one.
 *
 * Of several impressions, the latest that is not later than the outcome counts. If several have this
 * same time, the last that arrived before the outcome counts, or the first of them if all arrived
 * after it. Hence an outcome that is written directly behind its impression, with the same time,
 * belongs to exactly this impression, also if others of the same user and item have that time. In
 * rule 1, an outcome that is earlier than all impressions of its request (clocks differ) belongs to
 * the first of them.
 */

/** An impression or an outcome of one user and one item. */
export interface Attributable {
  timestamp: number;
  arrival: number;
  request: string | null;
}

/**
 * @param impressions in the order of time, then of arrival
 * @returns for each outcome the index of its impression, or −1
 */
export function attributeOutcomes(
  impressions: readonly Attributable[],
  outcomes: readonly Attributable[],
  window: number,
): number[] {
  const all = impressions.map((_, index) => index);
  let byRequest: Map<string | null, number[]> | undefined;
  return outcomes.map((outcome) => {
    let candidates = all;
    if (outcome.request !== null) {
      byRequest ??= Map.groupBy(all, (index) => impressions[index].request);
      const shown = byRequest.get(outcome.request);
      if (shown !== undefined) return latestBefore(impressions, shown, outcome) ?? shown[0];
      candidates = byRequest.get(null) ?? [];
    }
    const index = latestBefore(impressions, candidates, outcome);
    if (index === undefined) return -1;
    return outcome.timestamp - impressions[index].timestamp <= window ? index : -1;
  });
}

function latestBefore(
  impressions: readonly Attributable[],
  candidates: readonly number[],
  { timestamp, arrival }: Attributable,
): number | undefined {
  const last = candidates[countWhile(candidates, (index) => impressions[index].timestamp <= timestamp) - 1];
  if (last === undefined) return undefined;
  const latest = impressions[last].timestamp;
  const arrived = countWhile(
    candidates,
    (index) =>
      impressions[index].timestamp < latest ||
      (impressions[index].timestamp === latest && impressions[index].arrival < arrival),
  );
  const before = candidates[arrived - 1];
  return before !== undefined && impressions[before].timestamp === latest ? before : candidates[arrived];
}

/** How many of the first elements pass; if one does not pass, no later one does. */
function countWhile(candidates: readonly number[], passes: (index: number) => boolean): number {
  let low = 0;
  let high = candidates.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (passes(candidates[middle])) low = middle + 1;
    else high = middle;
  }
  return low;
}
