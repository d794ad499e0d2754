/**
 * What an upload has done so far. A line counts when it is done: committed, or refused with a reason.
 */
import { z } from 'zod';
import { MAX_LISTED } from './limits.ts';

const count = (what: string) => z.int().min(0).describe(what);

const problemSchema = z.object({
  line: count('The number of the line, from 1.'),
  code: z.string().describe('Stable, for programs.'),
  message: z.string(),
});

const common = {
  lastLine: count('Every line up to this one is done: on disk, or among `refused`. To resume, send those behind it.'),
  lines: count('Lines that are done, without empty ones.'),
  refused: count('How much was not stored because it is not valid; `problems` says why.'),
  problems: z.array(problemSchema).describe(`The first ${MAX_LISTED} of them.`),
};

export const eventProgressSchema = z.object({
  ...common,
  accepted: count('Events that are on disk now and were not there before.'),
  duplicates: count('Events whose id is stored already.'),
  ignored: count(
    'Events of other programs that say nothing of a single item, or whose name the mapping does not have.',
  ),
  ignoredNames: z
    .array(z.object({ name: z.string(), known: z.boolean().describe('Whether the mapping has it.'), count: z.int() }))
    .describe(`The first ${MAX_LISTED} of their names.`),
});

export const itemProgressSchema = z.object({
  ...common,
  accepted: count('Items that are on disk and, if they have a text, retrievable now.'),
  encoded: count('How many of them have a new or changed text.'),
});

export type EventProgress = z.output<typeof eventProgressSchema>;
export type ItemProgress = z.output<typeof itemProgressSchema>;
export type Progress = EventProgress | ItemProgress;

const none = { lastLine: 0, lines: 0, refused: 0, accepted: 0 };
export const noEvents = (): EventProgress => ({ ...none, problems: [], duplicates: 0, ignored: 0, ignoredNames: [] });
export const noItems = (): ItemProgress => ({ ...none, problems: [], encoded: 0 });
