/** `GET /v1/admin/system` */
import { z } from 'zod';
import { at, since } from './parts.ts';

const milliseconds = (what: string) => z.number().describe(`${what}, in ms.`);

export const systemSchema = z.object({
  at,
  since,
  process: z.object({
    pid: z.int(),
    node: z.string(),
    residentBytes: z.number().describe('Memory of the process.'),
    heapBytes: z.number().describe('Memory of JavaScript objects.'),
    externalBytes: z.number().describe('Memory of buffers outside the heap.'),
  }),
  eventLoop: z
    .object({ p50: milliseconds('Median delay'), p99: milliseconds('99 %'), max: milliseconds('Longest') })
    .describe('How late timers of the serving thread ran over the last minute.'),
  routes: z
    .array(
      z.object({
        route: z.string(),
        method: z.string(),
        requests: z.int(),
        refused: z.int().describe('Answers with status 400 to 499.'),
        failed: z.int().describe('Answers with status 500 and above.'),
        p50: milliseconds('Median time to answer'),
        p99: milliseconds('99 % of the answers took at most'),
      }),
    )
    .describe('Since the start, without what the page itself asks for.'),
  history: z
    .object({
      seconds: z.int().describe('Length of an interval.'),
      from: z.number().describe('Unix seconds: start of the first interval.'),
      requests: z.array(z.int()),
      failed: z.array(z.int()),
      p99: z.array(z.number().nullable()).describe('In ms; `null` in an interval without requests.'),
      residentBytes: z.array(z.number().nullable()),
      eventLoopP99: z.array(z.number().nullable()).describe('In ms.'),
    })
    .describe('The last hour, oldest first; the last interval is not over yet.'),
  index: z
    .object({
      kind: z.string(),
      size: z.int(),
      ef: z.int(),
      recallAt10: z.number(),
      queries: z.int(),
      measuredAt: z.number().describe('Unix seconds of the publication.'),
    })
    .nullable()
    .describe('`null` without a publication.'),
  pendingWrites: z.int().nullable(),
});
export type System = z.infer<typeof systemSchema>;
