/**
 * `encode` and `close` of an encoder: calls may overlap; `close` waits for running calls and
 * refuses new ones.
 */
import { errors } from '../errors.ts';
import type { TextEncoder } from '../text-encoder.ts';

/**
 * @param name the encoder's name, for messages
 * @param encode computes the vectors of one call
 * @param release frees the resources after the last call
 */
export function closable(
  name: string,
  encode: (texts: string[]) => Promise<Float32Array>,
  release: () => Promise<void>,
): Pick<TextEncoder, 'encode' | 'close'> {
  let closing: Promise<void> | undefined;
  const running = new Set<Promise<unknown>>();
  return {
    async encode(texts) {
      if (closing) throw errors.ENCODER_CLOSED({ encoder: name });
      const call = encode(texts);
      running.add(call);
      try {
        return await call;
      } finally {
        running.delete(call);
      }
    },
    close() {
      closing ??= Promise.allSettled(running).then(release);
      return closing;
    },
  };
}
