/** The time of a graph by kind of operator, from the profile of ONNX Runtime. */
import { glob, readFile } from 'node:fs/promises';
import { median } from '../../measure/interleave.ts';

/** Kind → operators. Operators that are not named here move or reshape data. */
const KINDS: Record<string, readonly string[]> = {
  products: ['MatMul', 'FusedMatMul', 'Gemm'],
  elementwise: [
    ...['Add', 'Sub', 'Mul', 'Div', 'Neg', 'Pow', 'Sqrt', 'Reciprocal', 'Exp', 'Log', 'Erf', 'HardSigmoid', 'Where'],
    ...['Greater', 'GreaterOrEqual', 'Less', 'Equal', 'Cast', 'DequantizeLinear', 'Min', 'Max', 'Clip', 'QuickGelu'],
  ],
  reductions: ['ReduceSum', 'ReduceMean', 'ReduceMax', 'Softmax', 'LayerNormalization', 'Sum'],
};
const MOVES = 'moves';

interface Entry {
  cat: string;
  name: string;
  /** Microseconds. */
  dur: number;
  args?: { op_name?: string };
}

/**
 * Milliseconds per run by kind of operator, from the profile files whose path begins with `prefix`:
 * the sum over operators of each operator's median over all runs.
 */
export async function timeByKind(prefix: string): Promise<Record<string, number>> {
  const runs = new Map<string, { operator: string; times: number[] }>();
  for await (const path of glob(`${prefix}*.json`)) {
    for (const { cat, name, dur, args } of JSON.parse(await readFile(path, 'utf8')) as Entry[]) {
      if (cat !== 'Node' || !name.endsWith('_kernel_time') || args?.op_name === undefined) continue;
      const found = runs.get(name);
      if (found === undefined) runs.set(name, { operator: args.op_name, times: [dur] });
      else found.times.push(dur);
    }
  }
  const kinds = Object.fromEntries([...Object.keys(KINDS), MOVES].map((kind) => [kind, 0]));
  for (const { operator, times } of runs.values()) {
    const kind = Object.keys(KINDS).find((name) => KINDS[name].includes(operator)) ?? MOVES;
    kinds[kind] += median(times) / 1000;
  }
  return kinds;
}
