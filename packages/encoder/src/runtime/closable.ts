/** The life of an encoder that computes elsewhere: calls may overlap, closing waits for those that run and refuses new ones. */
import { errors } from '../errors.ts';
import type { TextEncoder } from '../text-encoder.ts';

/**
 * @param name the encoder's, for messages
 * @param work what a call does
 * @param release what is let go once the last call has ended
 */
export function withLifetime(
  name: string,
  work: (texts: string[]) => Promise<Float32Array>,
  release: () => Promise<void>,
): Pick<TextEncoder, 'encode' | 'close'> {
  let closing: Promise<void> | undefined;
  const running = new Set<Promise<unknown>>();
  return {
    async encode(texts) {
      if (closing) throw errors.ENCODER_CLOSED({ encoder: name });
      const call = work(texts);
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
