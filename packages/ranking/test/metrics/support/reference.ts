/** metrics.json as typed arrays. */
import { readFileSync } from 'node:fs';

const json = JSON.parse(readFileSync(new URL('../fixtures/metrics.json', import.meta.url), 'utf8'));

type Named<T> = Record<'impressions' | 'positives' | 'groups', T>;
interface Paired {
  difference: number;
  standardError: number;
  interval: [number, number];
  groups: number;
}
interface Curve {
  rate: number[];
  prediction: number[];
}

export const reference = {
  ...(json as {
    auc: number[];
    aucOfSurface1: number[];
    gauc: Named<number[]>;
    gaucOfSurface1: number[];
    paired: Named<Paired>;
    pairedOfSurface1: Paired;
    logLoss: number;
    logLossOfLogits: number;
    baseLogLoss: number;
    reliability: Record<'quantile' | 'uniform', Record<'5' | '10' | '37', Curve>>;
    wilson: [positives: number, rows: number, low: number, high: number][];
  }),
  users: Int32Array.from(json.users as number[]),
  surfaces: Int32Array.from(json.surfaces as number[]),
  windows: Int32Array.from(json.windows as number[]),
  labels: Uint8Array.from(json.labels as number[]),
  a: (json.a as number[][]).map((scores) => Float32Array.from(scores)),
  b: (json.b as number[][]).map((scores) => Float32Array.from(scores)),
  probabilities: Float64Array.from(json.probabilities as number[]),
};
