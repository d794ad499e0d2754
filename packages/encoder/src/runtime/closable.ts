/**
 * The methods of an encoder: calls may overlap; `close` waits for running calls and refuses new ones.
 */
import { errors } from '../errors.ts';
import type { TextEncoder } from '../text-encoder.ts';

/**
 * @param name the encoder's name, for messages
 * @param methods compute the vectors of one call
 * @param release frees the resources after the last call
 */
export function closable(
  name: string,
  methods: Pick<TextEncoder, 'encode' | 'encodeQueries'>,
  release: () => Promise<void>,
): Pick<TextEncoder, 'encode' | 'encodeQueries' | 'close'> {
  let closing: Promise<void> | undefined;
  const running = new Set<Promise<unknown>>();
  const { encode, encodeQueries } = methods;

  const guarded = (work: TextEncoder['encode']) => async (texts: string[]) => {
    if (closing) throw errors.ENCODER_CLOSED({ encoder: name });
    const call = work(texts);
    running.add(call);
    try {
      return await call;
    } finally {
      running.delete(call);
    }
  };

  return {
    encode: guarded(encode),
    ...(encodeQueries && { encodeQueries: guarded(encodeQueries) }),
    close() {
      closing ??= Promise.allSettled(running).then(release);
      return closing;
    },
  };
}
