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
