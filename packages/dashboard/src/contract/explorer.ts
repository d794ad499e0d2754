/** `GET /v1/admin/users/{id}`, `GET /v1/admin/items/{id}`, `POST /v1/admin/landing` */
import { z } from 'zod';
import { nearItem, pair, shownItem } from './parts.ts';

const nearest = z
  .union([
    z.object({ state: z.literal('ready'), encoder: z.string(), among: z.int(), items: z.array(nearItem) }),
    z.object({ state: z.literal('waiting'), done: z.int(), of: z.int() }),
    z.object({ state: z.literal('none'), reason: z.string() }),
  ])
  .describe('By text vectors, exact over `among` items.');
export type Nearest = z.infer<typeof nearest>;

const why = z
  .object({
    parts: z.array(z.object({ name: z.string(), value: z.number() })).describe('They add up to the score.'),
    history: z
      .array(shownItem.extend({ weight: z.number(), share: z.number().describe('Of the sum of all weights, 0 to 1.') }))
      .describe('The items of the history that gave the item its weight, the strongest first; up to 3.'),
    content: z
      .array(shownItem.extend({ similarity: z.number().describe('Cosine of the text vectors.') }))
      .describe('The items of the history with the most similar texts; up to 3.'),
  })
  .describe('What the engine explains: what the item has its score from.');
export type Why = z.infer<typeof why>;

export const userViewSchema = z.object({
  user: z.string(),
  attributes: z.record(z.string(), z.unknown()),
  history: z.array(shownItem).describe('The newest 30 positive events, newest first.'),
  answer: z.object({
    version: z.string(),
    source: z.string(),
    meaning: z.string(),
    items: z.array(
      shownItem.extend({
        score: z.number(),
        isNew: z.boolean(),
        closest: nearItem
          .nullable()
          .describe('The item of the history with the nearest text; `null` while the texts are not read.'),
        why: why.nullable().describe('`null` for lists of more than 100 items.'),
      }),
    ),
  }),
});
export type UserView = z.infer<typeof userViewSchema>;

export const itemViewSchema = z.object({
  item: shownItem.extend({ brand: z.string().nullable(), price: z.number().nullable(), text: z.string().nullable() }),
  retrievable: z.boolean(),
  byContent: nearest,
  byBehaviour: z.object({
    source: z.string(),
    meaning: z.string(),
    items: z.array(shownItem.extend({ score: z.number() })),
  }),
});
export type ItemView = z.infer<typeof itemViewSchema>;

export const landingSchema = z.object({
  text: z.string().describe('What the encoder read.'),
  nearest,
  place: pair.nullable().describe('Coordinates on the map; `null` while there is no map.'),
  users: z.union([
    z.object({
      state: z.literal('ready'),
      among: z.int().describe('Users whose newest items were compared.'),
      users: z.array(z.object({ user: z.string(), similarity: z.number(), newest: z.array(shownItem) })),
    }),
    z.object({ state: z.literal('waiting'), done: z.int(), of: z.int() }),
  ]),
});
export type Landing = z.infer<typeof landingSchema>;
