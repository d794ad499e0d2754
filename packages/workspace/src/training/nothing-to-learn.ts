/** Errors of `train` that say: this data has nothing to learn from. Publishing without a model works. */
import { errorCode } from '@lorekeep/core';

const CODES = ['TRAINING_NO_EVENTS', 'TRAINING_ONE_ITEM', 'TRAINING_TEXTS_EQUAL', 'TOWERS_NO_TRANSITIONS'];

/**
 * Whether `train` failed because there is nothing to learn from. `publish` with `model: 'none'` works
 * on such data.
 */
export const hasNothingToLearn = (error: unknown): boolean => CODES.includes(errorCode(error));
