/**
 * Self-supervised pre-training on the positive behaviours of the history, as knowledge for the base
 * ranker through a plug-in: the vector s of what the user would choose next, the vector e of the item,
 * s ∘ e and s · e. The model is trained once, before the first window; sequences go on with each window.
 *
 * - BERT4Rec (Sun et al., CIKM 2019): masked items.
 * - S3-Rec (Zhou et al., CIKM 2020): also the tag of an item and of a masked item, which are two of the
 *   paper's four objectives; a third is that of BERT4Rec.
 */
import { createBehaviours, type Field, type RowKnowledge, recordRows } from '@lorekeep/ranking';
import type { Method, MethodContext } from '../contract.ts';
import { trainSequenceModel, WIDTH } from '../network/sequence-model.ts';
import type { Impressions } from '../real-log.ts';
import { LENGTH } from '../settings.ts';
import { walk } from '../walk.ts';

const NUMBERS = 3 * WIDTH + 1;
const ATTRIBUTE = 'tag';
/** A shorter sequence has nothing to guess from. */
const SHORTEST = 3;

/** What a model says about the rows of all windows, by log, model and seed: all targets share it. */
const made = new WeakMap<Impressions, Map<string, Promise<Float32Array>>>();

function selfSupervised(name: string, hasAttributes: boolean): Method {
  return {
    name,
    seeded: true,
    needsStageOne: false,
    async score(context: MethodContext) {
      const { impressions, seed } = context;
      const known = made.get(impressions) ?? new Map<string, Promise<Float32Array>>();
      made.set(impressions, known);
      const key = `${name} ${seed}`;
      const found = known.get(key) ?? knowledgeOfWindows(impressions, hasAttributes, seed);
      known.set(key, found);
      const values = await found;
      const { timestamps } = impressions.data.log;
      const seenUntil = impressions.history.reduce((newest, row) => Math.max(newest, timestamps[row]), -1);
      const knowledge = (rows: Int32Array): RowKnowledge => {
        const own = new Float32Array(rows.length * NUMBERS);
        for (const [i, row] of rows.entries()) {
          const at = (row - impressions.firstRow) * NUMBERS;
          own.set(values.subarray(at, at + NUMBERS), i * NUMBERS);
        }
        return { width: NUMBERS, values: own, present: new Uint8Array(rows.length).fill(1), seenUntil };
      };
      return walk(context, {
        plugs: [{ name: 'sequence', width: NUMBERS, layer: 'hidden 1' }],
        knowledge: (rows) => ({ sequence: knowledge(rows) }),
      });
    },
  };
}

export const bert4Rec = selfSupervised('BERT4Rec pre-training', false);
export const s3Rec = selfSupervised('S3-Rec pre-training', true);

/** `[rows of windows, NUMBERS]` */
async function knowledgeOfWindows(
  impressions: Impressions,
  hasAttributes: boolean,
  seed: number,
): Promise<Float32Array> {
  const { data, history, windows, firstRow, windowRows } = impressions;
  const { log } = data;
  const behaviours = createBehaviours(LENGTH);
  const positive = (rows: Int32Array) => rows.filter((row) => log.outcomes[row] !== 0);
  recordRows(behaviours, log, positive(history));
  const into = { items: new Int32Array(LENGTH), kinds: new Int32Array(LENGTH), timestamps: new Float64Array(LENGTH) };
  const sequenceOf = (user: number) => Array.from(into.items.subarray(0, behaviours.read(user, into, 0)));
  const sequences = Array.from(log.userIds.keys(), sequenceOf).filter(({ length }) => length >= SHORTEST);
  const { codes, values: names } = data.items.find(({ name }) => name === ATTRIBUTE) as Field;
  const attributes = hasAttributes ? { codes, values: names.length } : undefined;
  const model = await trainSequenceModel({ sequences, items: log.itemIds.length, length: LENGTH, seed, attributes });
  const values = new Float32Array(windowRows * NUMBERS);
  for (const { rows } of windows) {
    const users = [...new Set(rows.map((row) => log.users[row]))];
    const vectors = await model.encode(users.map(sequenceOf));
    const placeOf = new Map(users.map((user, place) => [user, place]));
    for (const row of rows) {
      const s = vectors.subarray((placeOf.get(log.users[row]) as number) * WIDTH).subarray(0, WIDTH);
      const e = model.items.subarray(log.items[row] * WIDTH).subarray(0, WIDTH);
      const product = s.map((value, k) => value * e[k]);
      const dot = product.reduce((sum, value) => sum + value, 0);
      values.set([...s, ...e, ...product, dot], (row - firstRow) * NUMBERS);
    }
    recordRows(behaviours, log, positive(rows));
  }
  await model.close();
  return values;
}
