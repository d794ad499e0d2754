/** What a thread does in each stage of the local solver. */
import { gatherRows } from '@lorekeep/core';
import { openNearestTexts, openProducts } from './nearest-texts.ts';
import { createPairCounter } from './pair-counts.ts';
import { createRegressorReader, type Regressors } from './regressors.ts';
import { createRidgeSolver, openContentProducts, RIDGE_BATCH } from './ridge.ts';
import type { Stage, Task } from './tasks.ts';

export interface StageRunner {
  run(task: Task): Promise<void>;
  close(): Promise<void>;
}

export function openStage(stage: Stage): Promise<StageRunner> {
  if (stage.kind === 'count') return openCounting(stage);
  if (stage.kind === 'assign') return openAssignment(stage);
  if (stage.kind === 'nearest') return openNearest(stage);
  return openSolving(stage);
}

/**
 * How far each entry is above the least one. If there is room for more regressors, all of them stay
 * until their entry is 0.
 */
function marginsOf({ ids, cross, count }: Regressors): Float32Array {
  const least = count < ids.length ? 0 : Math.abs(cross[count - 1]);
  return cross.map((value, at) => (at < count ? Math.abs(value) - least : 0));
}

type StageOf<Kind extends Stage['kind']> = Extract<Stage, { kind: Kind }>;

async function openCounting({ data: { log, counts }, limit }: StageOf<'count'>): Promise<StageRunner> {
  const countPairs = createPairCounter(log, counts, limit);
  return {
    async run({ first, last }) {
      for (let item = first; item < last; item++) countPairs(item);
    },
    async close() {},
  };
}

/** Rows that are compared with all centres in one run. */
const ASSIGNED = 256;

async function openAssignment({ data, centres, cells, rows }: StageOf<'assign'>): Promise<StageRunner> {
  const { content, dim } = data.texts;
  const count = centres.length / dim;
  const products = await openProducts(ASSIGNED, count, dim);
  const vectors = new Float32Array(ASSIGNED * dim);
  return {
    async run({ first, last }) {
      for (let from = first; from < last; from += ASSIGNED) {
        const some = Math.min(ASSIGNED, last - from);
        gatherRows(
          content,
          dim,
          Array.from({ length: some }, (_, at) => rows?.[from + at] ?? from + at),
          vectors,
        );
        const similarities = await products.run(vectors, centres);
        for (let row = 0; row < some; row++) {
          let best = 0;
          for (let cell = 1, at = row * count; cell < count; cell++)
            if (similarities[at + cell] > similarities[at + best]) best = cell;
          cells[from + row] = best;
        }
      }
    },
    close: () => products.close(),
  };
}

async function openNearest({ data, cells, into }: StageOf<'nearest'>): Promise<StageRunner> {
  const nearest = await openNearestTexts(data.texts, cells, into);
  return {
    async run({ first, last }) {
      for (let cell = first; cell < last; cell++) await nearest.fill(cell);
    },
    close: () => nearest.close(),
  };
}

async function openSolving({ data, settings, rows, into }: StageOf<'solve'>): Promise<StageRunner> {
  const { counts, texts, log } = data;
  const { lambda, beta } = settings;
  const { width } = into;
  const usesTexts = texts !== undefined && beta > 0;
  const read = createRegressorReader(data, beta, width);
  const ridge = createRidgeSolver(log.items, counts, settings, width);
  const products = usesTexts ? await openContentProducts(width, texts) : undefined;

  function hasText(item: number): boolean {
    for (let k = item * texts!.dim; k < (item + 1) * texts!.dim; k++) if (texts!.content[k] !== 0) return true;
    return false;
  }
  async function solveBatch(first: number, count: number): Promise<void> {
    const batch: Regressors[] = [];
    for (let at = first; at < first + count; at++) {
      const { ids, cross, count: found } = read(rows?.[at] ?? at);
      batch.push({ ids: ids.slice(), cross: cross.slice(), count: found });
    }
    const own = await products?.of(batch);
    for (const [at, regressors] of batch.entries()) {
      const column = first + at;
      const item = rows?.[column] ?? column;
      const diagonal = counts.diagonal[item] + lambda + (usesTexts && hasText(item) ? beta : 0);
      const from = column * width;
      into.lengths[column] = regressors.count;
      into.ids.set(regressors.ids, from);
      into.margins.set(marginsOf(regressors), from);
      into.diagonal[column] = ridge.solve(
        item,
        regressors,
        diagonal,
        own?.subarray(at * width * width, (at + 1) * width * width),
        into.weights.subarray(from, from + width),
      );
    }
  }
  return {
    async run({ first, last }) {
      for (let from = first; from < last; from += RIDGE_BATCH)
        await solveBatch(from, Math.min(RIDGE_BATCH, last - from));
    },
    async close() {
      await products?.close();
    },
  };
}
