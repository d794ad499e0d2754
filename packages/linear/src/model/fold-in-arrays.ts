/** What new items are folded in with, as arrays of a safetensors file. */
import { type Arrays, type NamedArray, namedArray } from '@lorekeep/graph';
import type { FoldIn } from '../fold-in/folded-items.ts';
import type { GramSettings } from '../solve/gram.ts';
import { rowArrays, rowsIn } from './sparse-row-arrays.ts';

const PAIRS = 'pairs/';

const matrix = (data: Float32Array, rows: number): NamedArray =>
  namedArray([rows, data.length / Math.max(1, rows)], data);

export function foldInArrays(foldIn: FoldIn, items: number): Arrays {
  const diagonal = namedArray([items], foldIn.diagonal);
  if ('map' in foldIn)
    return { diagonal, map: matrix(foldIn.map, items), kernel: matrix(foldIn.kernel, foldIn.map.length / items) };
  const { content, chosen, pairs } = foldIn;
  return {
    diagonal,
    content: matrix(content, items),
    chosen: namedArray([items], chosen),
    ...rowArrays(pairs, PAIRS),
  };
}

export function foldInOf(arrays: Arrays, { lambda, beta }: GramSettings): FoldIn | undefined {
  const floats = (name: string) => arrays[name].data as Float32Array;
  if ('map' in arrays) return { lambda, map: floats('map'), kernel: floats('kernel'), diagonal: floats('diagonal') };
  if (!('content' in arrays && 'chosen' in arrays)) return undefined;
  const pairs = rowsIn(arrays, PAIRS);
  return { lambda, beta, content: floats('content'), pairs, chosen: floats('chosen'), diagonal: floats('diagonal') };
}
