/** Whether an import may go on with its malformed lines, and what its error says if not. */
import { errors } from '../errors.ts';
import { UNKNOWN_ITEM_CAUSE } from '../staging/events/check-events.ts';
import { countLines, groupProblems, readBadLines } from '../staging/problems.ts';
import type { Staging } from '../staging/staging.ts';
import { describeMismatch } from '../staging/unknown-items.ts';
import type { ImportPlan } from './plan.ts';

/**
 * @param named how many lines the error names
 * @returns how many malformed lines there are
 * @throws LorekeepError `IMPORT_BAD_LINES`, `IMPORT_EMPTY_CATALOGUE`
 */
export async function checkBadLines(
  staging: Staging,
  plan: ImportPlan,
  allowed: number,
  named: number,
): Promise<number> {
  const { paths, itemFiles, userFiles, newEventFiles, unknownItems } = plan;
  const isOfUsersOnly = userFiles.length > 0 && paths.length === userFiles.length;
  const count = await countLines(staging);
  const items = await staging.number('SELECT count(*) FROM known');
  const unknown = await staging.number(`SELECT count(*) FROM problems WHERE cause = '${UNKNOWN_ITEM_CAUSE}'`);
  if (count > allowed) {
    const causes = (await groupProblems(staging, paths)).filter(
      ({ effect }) => effect === 'line' || effect === 'event',
    );
    const events = await staging.number('SELECT count(*) FROM events');
    // Without its malformed lines the import would have to bring something.
    const skippable = isOfUsersOnly || (items > 0 && (newEventFiles.length === 0 || events > 0));
    const mismatch =
      unknown > (events + unknown) / 2
        ? await describeMismatch(staging, UNKNOWN_ITEM_CAUSE, events + unknown)
        : undefined;
    const bad = await readBadLines(staging, paths, named);
    const repeated = causes.some(({ cause }) => cause.startsWith('item id was already given'));
    throw errors.IMPORT_BAD_LINES({ count, allowed, bad, causes, skippable, mismatch, repeated });
  }
  if (items === 0 && !isOfUsersOnly && allowed !== Number.POSITIVE_INFINITY) {
    const files = itemFiles.map(({ path }) => path);
    throw errors.IMPORT_EMPTY_CATALOGUE({ files, log: newEventFiles.length > 0 && unknownItems !== 'add' });
  }
  return count;
}
