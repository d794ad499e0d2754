/**
 * The weights of a model, requested by name and shape. They are checked to be float32, of the
 * expected shape and finite: a value that is not finite would turn every vector into NaN much
 * later.
 */
import type { Arrays } from '@lorekeep/graph';
import { errors } from '../../errors.ts';

export interface Weights {
  /**
   * Row-major values of `name`.
   * @throws LorekeepError `MODEL_BAD_FILE` if they are absent, have another shape or are not finite
   */
  take(name: string, shape: number[]): Float32Array;
}

/**
 * @param arrays is emptied: each weight can be taken once, so that large weights do not stay in
 *   memory twice
 * @param file their file, for messages
 * @param prefixes optional prefixes of all names, for an encoder that was saved inside a larger
 *   model (`'bert.'`)
 */
export function checkedWeights(arrays: Arrays, file: string, prefixes: readonly string[] = []): Weights {
  return {
    take(name, shape) {
      const key = ['', ...prefixes].map((prefix) => prefix + name).find((one) => Object.hasOwn(arrays, one));
      if (key === undefined) throw errors.MODEL_BAD_FILE({ file, reason: `has no weights named "${name}"` });
      const array = arrays[key];
      delete arrays[key];
      if (array.dtype !== 'float32' || array.shape.join() !== shape.join())
        throw errors.MODEL_BAD_FILE({
          file,
          reason: `has "${name}" as ${array.dtype} [${array.shape}], expected float32 [${shape}]`,
        });
      const data = array.data as Float32Array;
      // 0 · x is NaN exactly if x is not finite.
      let zero = 0;
      for (let i = 0; i < data.length; i++) zero += data[i] * 0;
      if (Number.isNaN(zero))
        throw errors.MODEL_BAD_FILE({ file, reason: `contains values that are not finite in "${name}"` });
      return data;
    },
  };
}
