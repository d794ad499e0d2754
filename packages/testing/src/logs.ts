/** Small generated interaction logs with a known structure. */
import { createRandom, sha256 } from '@lorekeep/core';
import type { InteractionLog } from '@lorekeep/store';

/** @param histories Item rows of each user, oldest first. */
export function logOf(histories: number[][], items: number): InteractionLog {
  const offsets = new Uint32Array(histories.length + 1);
  histories.forEach((history, user) => {
    offsets[user + 1] = offsets[user] + history.length;
  });
  const flat = Int32Array.from(histories.flat());
  return {
    itemIds: Array.from({ length: items }, (_, row) => `item-${row}`),
    userIds: histories.map((_, user) => `user-${user}`),
    offsets,
    items: flat,
    timestamps: Float64Array.from(flat, (_, at) => at),
    fingerprint: sha256(JSON.stringify([histories, items])),
  };
}

/** Dimension of the content vectors of `groupedLog`. */
export const CONTENT_DIM = 12;

/**
 * A log of items in groups with similar content. Each user stays in one group and mostly moves on
 * to the next item of a ring. Every tenth item has no content, and every tenth user has only one or
 * two events.
 */
export function groupedLog({ users = 150, groups = 6, perGroup = 8, seed = 7 } = {}) {
  const random = createRandom(seed);
  const items = groups * perGroup;
  const histories = Array.from({ length: users }, (_, user) => {
    const group = random.int(groups);
    const length = user % 10 === 0 ? 1 + random.int(2) : 3 + random.int(6);
    let at = random.int(perGroup);
    return Array.from({ length }, () => {
      at = (at + (random.next() < 0.8 ? 1 : random.int(perGroup))) % perGroup;
      return group * perGroup + at;
    });
  });
  const content = Float32Array.from(
    { length: items * CONTENT_DIM },
    (_, at) => (Math.floor(at / CONTENT_DIM / perGroup) === at % CONTENT_DIM ? 1 : 0) + 0.2 * random.normal(),
  );
  for (let row = 0; row < items; row += 10) content.fill(0, row * CONTENT_DIM, (row + 1) * CONTENT_DIM);
  return { log: logOf(histories, items), content };
}

/** Describes the encoder that generated content pretends to come from. */
export const contentInfo = {
  encoder: 'made-up',
  name: 'made-up',
  dim: CONTENT_DIM,
  isLanguageModel: false,
  template: '',
};
