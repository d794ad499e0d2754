/** The schemas of requests for lists, and of their answers. */
import { z } from 'zod';
import { itemSchema } from '../engine/requests.ts';
import { idSchema, strictObject, text } from '../engine/schema-parts.ts';
import { filterRequestSchema } from '../filters/schema.ts';
import { rankedBySchema } from '../ranking/schemas.ts';
import { boostsSchema, capsSchema, diversitySchema } from './options.ts';

/** Most recommendations in one answer. */
export const MAX_K = 1_000;
/** Most items in an answer that explains them. */
export const MAX_EXPLAINED = 100;
export const DEFAULT_K = 10;

/** Defaults are applied behind the scenario, so that what a request does not say is told from what it says. */
const byDefault = <Schema extends z.ZodType>(schema: Schema, value: unknown) =>
  schema.optional().meta({ default: value });

const listShape = {
  k: byDefault(z.int().min(1).max(MAX_K), DEFAULT_K).describe('Number of items. Fewer are returned if fewer pass.'),
  exclude: byDefault(z.array(idSchema).max(1_000), []).describe('Ids of items that must not be listed.'),
  filter: filterRequestSchema.optional(),
  boosts: boostsSchema,
  diversity: diversitySchema,
  caps: capsSchema,
  withItems: byDefault(z.boolean(), false).describe('Return the items themselves, not only their ids.'),
  explain: byDefault(z.boolean(), false).describe(
    `Say of each item what it has its score from. Needs k of at most ${MAX_EXPLAINED}.`,
  ),
};

const recommendShape = {
  ...listShape,
  candidates: byDefault(z.enum(['model', 'popularity', 'newest']), 'model').describe(
    "Where the list comes from: 'model', or the same list for all users: most chosen, or newest, items first.",
  ),
  includeHistory: byDefault(z.boolean(), false).describe('Also recommend items of the history again.'),
  rank: byDefault(z.boolean(), false).describe(
    'Let the ranker order the best candidates, up to 1,000. Fails if there is none.',
  ),
  surface: text(256, 1).optional().describe('Where the list is shown, for the ranker.'),
  newItems: strictObject({
    atMost: z
      .number()
      .min(0)
      .max(1)
      .optional()
      .describe(
        'Largest share of new items: of the first n items at most this share of n, rounded up, for every n. Default: ' +
          'half, and more only behind all others.',
      ),
  })
    .optional()
    .describe('Items that no user had chosen when the model was trained.'),
};

const by = byDefault(z.enum(['both', 'behaviour', 'content']), 'both').describe(
  "'behaviour': what users choose together. 'content': similarity of texts. 'both': behaviour, and behind it the vectors that " +
    'have learned from both.',
);

const cursor = text(16_000, 1)
  .optional()
  .describe('The cursor of the last answer, with the same request: the items behind it. Default: the first page.');

/** A name, and the version behind an @. */
export const SCENARIO_NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/;
const scenario = text(80, 1)
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}(@[1-9]\d{0,8})?$/,
    'Expected a name such as home, or home@3 for a version of it.',
  )
  .optional()
  .describe('A stored scenario. What the request itself says takes precedence. name@3 is version 3.');

/** At most one of the two messages of a list that is too long to explain. */
const isExplainable = ({ explain, k }: { explain?: boolean; k?: number }) =>
  explain !== true || (k ?? DEFAULT_K) <= MAX_EXPLAINED;
const NOT_EXPLAINABLE = { message: `An answer that explains has at most ${MAX_EXPLAINED} items.`, path: ['k'] };

/** What a scenario can set: all of a request but whom and where. */
export const settingsSchema = strictObject({ ...recommendShape, by })
  .refine(isExplainable, NOT_EXPLAINABLE)
  .describe('What requests for lists say if they do not say otherwise.');

export const recommendSchema = strictObject({
  user: idSchema.optional().describe('A known user: the stored history is used.'),
  history: z
    .array(idSchema)
    .max(1_000)
    .optional()
    .describe('Item ids of an anonymous session, oldest first. Not together with user.'),
  ...recommendShape,
  scenario,
  cursor,
})
  .refine(({ user, history }) => user === undefined || history === undefined, {
    message: 'Both user and history are given. Give one of them.',
    path: ['user'],
  })
  .refine(({ user, history }) => user !== undefined || history !== undefined, {
    message: 'Neither user nor history is given. Give one of them.',
    path: ['user'],
  })
  .refine(isExplainable, NOT_EXPLAINABLE)
  .meta({ oneOf: [{ required: ['user'] }, { required: ['history'] }] })
  .describe('Exactly one of user and history, and what to recommend.');

export const similarSchema = strictObject({ ...listShape, by, scenario, cursor }).refine(
  isExplainable,
  NOT_EXPLAINABLE,
);

const { explain: _explain, ...searchShape } = listShape;

export const searchSchema = strictObject({
  query: text(500, 1)
    .refine((value) => /[\p{L}\p{N}]/u.test(value), 'The query has no letter and no digit.')
    .describe('What a person types into the search field.'),
  user: idSchema.optional().describe('A known user, whose taste moves items a little. Default: nobody.'),
  history: z
    .array(idSchema)
    .max(1_000)
    .optional()
    .describe('Item ids of an anonymous session, oldest first. Not together with user.'),
  ...searchShape,
  scenario,
  cursor,
})
  .refine(({ user, history }) => user === undefined || history === undefined, {
    message: 'Both user and history are given. Give at most one of them.',
    path: ['user'],
  })
  .meta({ not: { required: ['user', 'history'] } })
  .describe('What is searched for.');

const explanationSchema = z.object({
  score: z.number().describe('The score of the source, before boosts and moves.'),
  parts: z
    .array(
      z.object({
        name: z
          .enum(['ranker', 'reranker', 'towers', 'newItems', 'linear', 'content', 'popularity', 'place'])
          .describe(
            "'place': the item has the score of the one before it, because it fills the list or was placed there.",
          ),
        value: z.number(),
      }),
    )
    .describe('They add up to the score.'),
  linear: z.number().optional().describe('The weight that the linear model gives the item, which made it a candidate.'),
  history: z
    .array(z.object({ item: z.string(), weight: z.number() }))
    .describe('What each item of the history adds to linear, or, with the source content, to the score.'),
  content: z
    .array(z.object({ item: z.string(), similarity: z.number() }))
    .describe('The items of the history with the most similar texts, with the cosine.'),
  boost: z.number().optional().describe('What boosts have added to the score.'),
});

const score = z
  .number()
  .describe(
    "Comparable within one answer only. 'ranker': the probability of the outcome that orders the list. 'reranker': the score of the re-ranker. 'linear': the weight that the linear " +
      "model gives the item. 'towers': the inner product of the vectors of the towers. 'content': the cosine between " +
      "texts. 'popularity': the number of events. 'newest': 0. Items that fill the end of a list have the score of " +
      'the item before them, at most 0.',
  );

export const recommendationsSchema = z
  .object({
    request: z
      .string()
      .describe(
        'The id of this answer: the x-request-id. Send it as request with impressions and outcomes of its items.',
      ),
    version: z.string().describe('The published version that answered.'),
    source: z
      .enum(['ranker', 'reranker', 'linear', 'towers', 'content', 'popularity', 'newest'])
      .describe(
        "What ordered the items. 'ranker': the ranker of impressions, with rank: true. Items of the towers may follow behind 'reranker' and 'linear'. 'content': similarity " +
          "of texts, where nothing is trained yet; popular and new items may follow. 'popularity': there is no usable " +
          'history (none, or only unknown items); the newest items without events may follow. ' +
          "'newest': there is no usable history, and no item that passes has events.",
      ),
    items: z.array(
      z.object({
        id: z.string(),
        score,
        new: z
          .literal(true)
          .optional()
          .describe('A new item: no user had chosen it when the model was trained. Absent for others.'),
        probabilities: z
          .record(z.string(), z.number())
          .optional()
          .describe('With rank: true, the probability of each outcome.'),
        item: itemSchema.optional(),
        explain: explanationSchema.optional().describe('With explain: true.'),
      }),
    ),
    cursor: z
      .string()
      .optional()
      .describe('For the next page: send it with the same request. Absent if the list ends here.'),
    scenario: z
      .object({ name: z.string(), version: z.int() })
      .optional()
      .describe('The scenario that the request named, with the version that was used.'),
    experiment: z
      .object({ name: z.string(), arm: z.string() })
      .optional()
      .describe('The running experiment of the scenario that the user takes part in, and the arm: the version used.'),
    fallbacks: z
      .array(
        z.object({
          reason: z
            .enum(['unknownUser', 'noHistory', 'unknownItems', 'nothingKnown', 'fewCandidates', 'fewPass'])
            .describe(
              "'unknownUser', 'noHistory' (no event that counts), 'unknownItems' (of the given history): the list is the same for all such users. 'nothingKnown': the model knows nothing of the item. 'fewCandidates': the model proposes too few that pass; others fill the list. 'fewPass': there are no more that pass, so the list is short.",
            ),
          items: z.int().describe('How many items of the list it concerns; for fewPass, how many are missing.'),
        }),
      )
      .optional()
      .describe('Where the list is not what was asked for, and why. Absent if it is.'),
    unknownItems: z.array(z.string()).describe('Ids of the given history that are not in the catalogue; ignored.'),
    unknownFields: z
      .array(z.string())
      .optional()
      .describe('Names in filter.fields, also of inner filters, that no item has. Absent if there are none.'),
    ranked: rankedBySchema
      .extend({ model: z.string().nullable().describe('The trained model whose candidates were ordered.') })
      .optional()
      .describe('With rank: true, what ordered the items, and with which versions.'),
  })
  .describe('Best first.');
