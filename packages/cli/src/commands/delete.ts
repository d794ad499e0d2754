/** `lorekeep delete` */
import { readFile } from 'node:fs/promises';
import { counted } from '@lorekeep/core';
import type { Deleted, EventFilter, UndoneImport } from '@lorekeep/store';
import type { CommandContext } from '../context.ts';
import { errors } from '../errors.ts';
import type { Deletable } from '../options/deletable.ts';
import { userPath } from '../paths.ts';
import { contentOf } from '../terminal.ts';

/** Events that a filter may remove without `--yes`. */
const EVENTS_WITHOUT_YES = 1000;
/** Ids per deletion. Each is one act on the disk. */
const BATCH = 10_000;

export interface DeleteCommandOptions {
  file?: string;
  user?: string;
  item?: string;
  type?: string[];
  before?: number;
  after?: number;
  yes: boolean;
}

export async function deleteCommand(
  context: CommandContext,
  what: Deletable,
  names: string[],
  options: DeleteCommandOptions,
): Promise<void> {
  const ids = options.file === undefined ? names : [...names, ...(await readIds(options.file))];
  const { user, item, type: types, before, after } = options;
  const filter: EventFilter = { user, item, types, before, after };
  const isFiltered = Object.values(filter).some((value) => value !== undefined);
  if (what !== 'events' && isFiltered) throw errors.DELETE_FILTER({ what });
  if (ids.length === 0 && !isFiltered) throw errors.DELETE_NOTHING({ what });
  if (what === 'import') await undo(context, ids);
  else if (what === 'events') await deleteEvents(context, ids.length === 0 ? filter : { ...filter, ids }, options.yes);
  else await deleteIds(context, what, ids);
}

async function deleteIds(
  { workspace, output, run }: CommandContext,
  what: 'items' | 'users',
  ids: string[],
): Promise<void> {
  const total: Deleted = { items: 0, users: 0, events: 0, unknown: 0, returning: 0 };
  for (let from = 0; from < ids.length; from += BATCH) {
    run.signal.throwIfAborted();
    const batch = ids.slice(from, from + BATCH);
    const deleted = await (what === 'items' ? workspace.deleteItems(batch) : workspace.deleteUsers(batch));
    for (const name of Object.keys(total) as (keyof Deleted)[]) total[name] += deleted[name];
  }
  output.result({ ...total }, deletedWords(total));
  const isErasure = what === 'users' && total.users > 0;
  if (isErasure) output.aside('What was learned from them goes with the next training and publication.');
}

async function deleteEvents({ workspace, output }: CommandContext, filter: EventFilter, yes: boolean): Promise<void> {
  if (!yes) {
    const count = await workspace.store.countEvents(filter);
    if (count > EVENTS_WITHOUT_YES) throw errors.DELETE_MANY({ count, limit: EVENTS_WITHOUT_YES });
  }
  const deleted = await workspace.deleteEvents(filter);
  output.result({ ...deleted }, deletedWords(deleted));
}

async function undo({ workspace, output }: CommandContext, names: string[]): Promise<void> {
  if (names.length > 1) throw errors.USAGE({ problem: 'Name one import at a time.', command: 'delete' });
  const undone = await workspace.undoImport(names[0]);
  output.result({ ...undone }, [`Undid the import of ${undone.files.join(', ')}.`, ...undoneLines(undone)].join('\n'));
}

function deletedWords({ items, users, events, unknown, returning }: Deleted): string {
  const lines = [`Deleted ${contentOf({ items, users, events })}.`];
  if (unknown > 0) lines.push(`${counted(unknown, 'id')} not stored.`);
  if (returning > 0)
    lines.push(`The import that runs at the moment brings ${returning.toLocaleString('en-US')} again.`);
  return lines.join('\n');
}

function undoneLines(undone: UndoneImport): string[] {
  const { itemsKept, itemsNotRestored } = undone;
  const lines = [deletedWords(undone)];
  if (itemsKept > 0) lines.push(`${counted(itemsKept, 'item')} kept, because other events or imports use them.`);
  if (itemsNotRestored > 0)
    lines.push(
      `${counted(itemsNotRestored, 'item')} left with the content of this import: the former content is not stored.`,
    );
  return lines;
}

/** One id a line. */
async function readIds(file: string): Promise<string[]> {
  const path = userPath(file);
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw errors.DELETE_FILE({ path, problem: error instanceof Error ? error.message : String(error) }, error);
  }
  return text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .filter((line) => line !== '');
}
