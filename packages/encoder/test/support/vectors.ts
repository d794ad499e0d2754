/** Small functions on vectors. */

export function cosine(a: Float32Array, b: Float32Array): number {
  let dot = 0;
  let squaresA = 0;
  let squaresB = 0;
  for (let i = 0; i < a.length; i++) {
    dot += a[i] * b[i];
    squaresA += a[i] * a[i];
    squaresB += b[i] * b[i];
  }
  return dot / Math.sqrt(squaresA * squaresB);
}

export function rowOf(vectors: Float32Array, row: number, dim: number): Float32Array {
  return vectors.subarray(row * dim, (row + 1) * dim);
}

/** A vector of the fixtures: base64 of little-endian float32. */
export function decodeVector(text: string): Float32Array {
  return new Float32Array(new Uint8Array(Buffer.from(text, 'base64')).buffer);
}
