/** Compares what a writer was told with what the store has. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openStore } from '../../packages/store/src/index.ts';

export interface Found {
  /** Writes that were acknowledged. */
  acknowledged: number;
  missing: string[];
  twice: string[];
}

/** @param from leaves out so many lines, which were compared before */
export async function compare(dir: string, file: string, from = 0): Promise<Found> {
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
  const lines = text.split('\n').slice(0, -1).slice(from);
  const idsOf = (kind: string) =>
    lines.filter((line) => line.startsWith(`${kind} `)).map((line) => line.slice(kind.length + 1));
  const store = await openStore(join(dir, 'lorekeep.sqlite'), { readOnly: true });
  const found: Found = { acknowledged: lines.length, missing: [], twice: [] };
  try {
    const items = idsOf('item');
    (await store.getItems(items)).forEach((item, at) => {
      if (item === undefined) found.missing.push(`item ${items[at]}`);
    });
    const events = idsOf('event');
    const histories = await store.histories(
      events.map((id) => `u-${id}`),
      5,
    );
    histories.forEach((history, at) => {
      if (!history.includes(events[at])) found.missing.push(`event ${events[at]}`);
      if (history.length > 1) found.twice.push(`event ${events[at]}`);
    });
  } finally {
    await store.close();
  }
  return found;
}
