/**
 * Moves from `start` to adjacent values, up and then down, as long as the quality rises.
 *
 * @param start one of `values`
 */
export async function lineSearch(
  values: readonly number[],
  start: number,
  qualityOf: (value: number) => Promise<number>,
): Promise<{ value: number; quality: number }> {
  let best = start;
  let quality = await qualityOf(start);
  for (const step of [1, -1])
    for (let at = values.indexOf(start) + step; at >= 0 && at < values.length; at += step) {
      const next = await qualityOf(values[at]);
      if (!(next > quality)) break;
      best = values[at];
      quality = next;
    }
  return { value: best, quality };
}
