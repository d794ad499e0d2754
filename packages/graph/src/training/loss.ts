/** What a trained model is: a loss, written with tfjs. */
import type { Tensor } from '@tensorflow/tfjs';
import type { Tensors } from '../arrays.ts';

/** What a model knows about the run of which it is a part. */
export interface ModelContext {
  readonly training: boolean;
  /**
   * Zeroes elements with probability `rate` (rounded to 1/256) and scales the others. Returns `x`
   * outside of training.
   */
  dropout(x: Tensor, rate: number): Tensor;
}

/** The context outside of training: no dropout. */
export const inference: ModelContext = { training: false, dropout: (x) => x };

/** The mean loss of a batch, a float32 scalar: a pure function of tensors, written with tfjs. */
export type Loss = (parameters: Tensors, batch: Tensors, context: ModelContext) => Tensor;
