/** Items of an upload: stored and encoded a slice at a time, as `POST /v1/items` does. */
import type { LorekeepError } from '@lorekeep/core';
import { type Engine, itemSchema } from '@lorekeep/recommender';
import type { z } from 'zod';
import { validatorCompiler } from '../http/validation.ts';
import { SLICE } from './limits.ts';
import { type ItemProgress, noItems } from './progress.ts';
import type { Sink } from './upload.ts';
import { whenFree } from './when-free.ts';

type ItemInput = z.output<typeof itemSchema>;

const validate = validatorCompiler({ schema: itemSchema });

/** @param encoded is told of texts that were encoded, and how long it took */
export function createItemSink(
  engine: () => Engine,
  encoded: (texts: number, seconds: number) => void,
): Sink<ItemInput, ItemProgress> {
  const progress = noItems();
  return {
    progress,
    slice: SLICE.items,
    size: () => 1,
    read: (value) => checked<ItemInput>(validate(value)),
    async commit(lines) {
      const items = lines.map(({ records }) => records);
      const answer = await whenFree(() => engine().upsertItems(items));
      encoded(answer.encoded, answer.encodeSeconds);
      progress.accepted += answer.upserted;
      progress.encoded += answer.encoded;
      return [];
    },
  };
}

/** @throws LorekeepError `REQUEST_INVALID` */
export function checked<T>(result: { value: unknown } | { error: LorekeepError }): T {
  if ('error' in result) throw result.error;
  return result.value as T;
}
