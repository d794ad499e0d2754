/**
 * The weights of a model, asked for by name and shape. Whatever a file holds, what leaves here is float32, of the shape
 * the architecture says, and finite: a value that is not would turn every vector into NaN, much later and far away.
 */
import type { Arrays } from '@lorekeep/graph';
import { errors } from '../../errors.ts';

export interface Weights {
  /**
   * Row-major values of `name`.
   * @throws LorekeepError `MODEL_BAD_FILE` if there are none, or they are of another shape or not finite
   */
  take(name: string, shape: number[]): Float32Array;
}

/**
 * @param arrays is emptied: a weight can be taken once, so that large ones do not stay in memory beside what is made of
 *   them
 * @param file where they were read, for messages
 * @param prefixes what may stand before every name, as when an encoder was saved inside a larger model (`'bert.'`)
 */
export function checkedWeights(arrays: Arrays, file: string, prefixes: readonly string[] = []): Weights {
  return {
    take(name, shape) {
      const key = ['', ...prefixes].map((prefix) => prefix + name).find((one) => Object.hasOwn(arrays, one));
      if (key === undefined) throw errors.MODEL_BAD_FILE({ file, reason: `has no weights named "${name}"` });
      const found = arrays[key];
      delete arrays[key];
      if (found.dtype !== 'float32' || found.shape.join() !== shape.join())
        throw errors.MODEL_BAD_FILE({
          file,
          reason: `holds "${name}" as ${found.dtype} [${found.shape}], expected float32 [${shape}]`,
        });
      const data = found.data as Float32Array;
      let poison = 0;
      for (let i = 0; i < data.length; i++) poison += data[i] * 0;
      if (Number.isNaN(poison))
        throw errors.MODEL_BAD_FILE({ file, reason: `holds values that are not finite in "${name}"` });
      return data;
    },
  };
}
