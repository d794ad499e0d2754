/**
 * A text encoder of your own: every word adds 1 at a position that depends on its letters (feature
 * hashing). Written against the contract alone, so it shows what an encoder must do.
 */
import { createHash } from 'node:crypto';
import { encoderErrors as errors, type TextEncoder } from '@lorekeep/encoder';

export function createHashedWords({ dim }: { dim: number }): TextEncoder {
  let closed = false;
  return {
    // Vectors are stored by this id and the text: whatever changes a vector must change the id.
    id: createHash('sha256').update(`hashed-words 1, ${dim}`).digest('hex'),
    name: 'hashed-words',
    dim,
    // It compares words, not meaning. A text without words has the zero vector.
    isLanguageModel: false,
    async encode(texts) {
      if (closed) throw errors.ENCODER_CLOSED({ encoder: 'hashed-words' });
      const vectors = new Float32Array(texts.length * dim);
      texts.forEach((text, row) => {
        embed(text, vectors.subarray(row * dim, (row + 1) * dim));
      });
      return vectors;
    },
    async close() {
      closed = true;
    },
  };
}

/** Fills a row with a vector of length 1, or of zeros. */
function embed(text: string, vector: Float32Array): void {
  for (const word of text.toLowerCase().match(/\p{L}+/gu) ?? []) {
    const hash = [...word].reduce((sum, letter) => (sum * 31 + letter.codePointAt(0)!) % 65_521, 7);
    vector[hash % vector.length] += 1;
  }
  const length = Math.hypot(...vector) || 1;
  for (let at = 0; at < vector.length; at++) vector[at] /= length;
}
