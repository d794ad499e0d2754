/**
 * What the language model knows of items, as knowledge of a ranker: does it help where behaviour says
 * little, at items with few events?
 *
 *     pnpm bench knowledge-text [--data DIR] [--quick]
 *
 * Data: the given directory, else `../shared/data/amazon18-scientific`; `choices.ts` says how rows are
 * made of histories, and what that cannot show. One ranker learns without texts; one has them plugged
 * in (K: the vector of the item, and its product with the mean vector of the user's history); one
 * reads the vectors and a histogram of similarities (SimTier) as inputs. Figures are GAUC by user and
 * paired differences to the first: over all test events, and over those whose item has fewer than
 * five training events (`few`). `--quick`: one seed. `LOREKEEP_KNOWLEDGE_SEEDS` (default 1,2,3).
 */
import {
  type Behaviours,
  createBehaviours,
  createImpressionRanker,
  groupsOf,
  type PairedGauc,
  pairedGauc,
  type RowKnowledge,
  recordRows,
} from '@lorekeep/ranking';
import { type Catalogue, loadCatalogue } from '../../data/catalogue.ts';
import { defaultData } from '../../data/default-data.ts';
import { errors } from '../../errors.ts';
import { keptWorkspace } from '../../paths.ts';
import type { BenchOptions, BenchResult } from '../../result.ts';
import { wholeSetting } from '../../settings.ts';
import { type Choices, choicesOf } from './choices.ts';

const LENGTH = 20;
const FEW = 5;
const METHODS = ['base', 'plugged', 'inputs'] as const;
type Method = (typeof METHODS)[number];
const PLUG = 'text';

export async function run({ quick, data, log }: BenchOptions): Promise<BenchResult> {
  const folder = data ?? defaultData();
  if (folder === undefined) throw errors.BENCH_NO_DATA();
  const seeds = wholeSetting('LOREKEEP_KNOWLEDGE_SEEDS', quick ? [1] : [1, 2, 3]);
  const catalogue = await loadCatalogue(folder, keptWorkspace(`text-${folder.split(/[\\/]/).at(-1)}`));
  const choices = choicesOf(catalogue.log);
  const runs: Record<Method, Float32Array[]> = { base: [], plugged: [], inputs: [] };
  for (const seed of seeds)
    for (const method of METHODS) {
      runs[method].push(await scores(choices, catalogue, method, seed));
      log(`seed ${seed}: ${method}`);
    }
  const { columns, test, counts } = choices;
  const users = test.map((row) => columns.users[row]);
  const labels = Uint8Array.from(test, (row) => columns.outcomes[row]);
  const { groups } = groupsOf({ users });
  const target = new Map<number, number>();
  for (const row of test) if (columns.outcomes[row] === 1) target.set(columns.users[row], columns.items[row]);
  const few = Uint8Array.from(users, (user) => Number(counts[target.get(user) as number] < FEW));
  const figures: Record<string, number> = { test_users: target.size };
  const add = (name: string, { a, b, difference, standardError }: PairedGauc) => {
    const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value / values.length, 0);
    figures[`${name}_gauc`] = mean(a);
    figures[`base_${name.endsWith('few') ? 'few_' : ''}gauc`] = mean(b);
    figures[`${name}_lift`] = difference;
    figures[`${name}_lift_standard_error`] = standardError;
    log(`${name}: ${difference.toFixed(4)} ± ${standardError.toFixed(4)}`);
  };
  const given = { labels, groups, users };
  for (const method of ['plugged', 'inputs'] as const) {
    add(method, pairedGauc(runs[method], runs.base, given));
    add(`${method}_few`, pairedGauc(runs[method], runs.base, given, { rows: few }));
  }
  figures.few_users = [...target.values()].filter((item) => counts[item] < FEW).length;
  return { figures, peers: {}, ratios: {} };
}

async function scores(choices: Choices, catalogue: Catalogue, method: Method, seed: number): Promise<Float32Array> {
  const { columns, entities, parts, events, test, first } = choices;
  const { dim } = catalogue.contentInfo;
  const vectorOf = (item: number) => {
    const vector = catalogue.content.subarray(item * dim, (item + 1) * dim);
    return vector.some((value) => value !== 0) ? vector : undefined;
  };
  const behaviours = createBehaviours(LENGTH);
  const ranker = await createImpressionRanker({
    entities: method === 'inputs' ? { ...entities, vectors: { dim, of: vectorOf } } : entities,
    behaviours,
    tasks: [{ outcome: 'click' }],
    maxRows: 2 ** 18,
    seed,
  });
  try {
    if (method === 'plugged') await ranker.plug({ name: PLUG, width: dim + 1, layer: 'hidden 1' });
    const rowsOf = (rows: Int32Array) => ({
      columns,
      rows,
      ...(method === 'plugged' && { knowledge: { [PLUG]: textKnowledge(choices, rows, behaviours, dim, vectorOf) } }),
    });
    recordRows(behaviours, columns, first);
    for (const [p, part] of parts.entries()) {
      await ranker.train(rowsOf(part));
      recordRows(behaviours, columns, events[p]);
    }
    return (await ranker.score(rowsOf(test))).logits;
  } finally {
    await ranker.close();
  }
}

/** The vector of the item, and its product with the mean vector of what the user had. It was learned from no row. */
function textKnowledge(
  { columns }: Choices,
  rows: Int32Array,
  behaviours: Behaviours,
  dim: number,
  vectorOf: (item: number) => Float32Array | undefined,
): RowKnowledge {
  const width = dim + 1;
  const values = new Float32Array(rows.length * width);
  const present = new Uint8Array(rows.length);
  const sequence = {
    items: new Int32Array(LENGTH),
    kinds: new Int32Array(LENGTH),
    timestamps: new Float64Array(LENGTH),
  };
  for (let i = 0; i < rows.length; i++) {
    const vector = vectorOf(columns.items[rows[i]]);
    if (vector === undefined) continue;
    present[i] = 1;
    values.set(vector, i * width);
    const count = behaviours.read(columns.users[rows[i]], sequence, 0);
    let sum = 0;
    for (const item of sequence.items.subarray(0, count)) {
      const other = vectorOf(item);
      if (other !== undefined) for (let k = 0; k < dim; k++) sum += vector[k] * other[k];
    }
    values[i * width + dim] = count === 0 ? 0 : sum / count;
  }
  return { width, values, present, seenUntil: Number.NEGATIVE_INFINITY };
}
