/** What a thread does in each stage of the local solver. */
import { gatherRows } from '@lorekeep/core';
import { openColumnSolver } from './column-solver.ts';
import { openNearestTexts, openProducts } from './nearest-texts.ts';
import { createPairCounter } from './pair-counts.ts';
import { RIDGE_BATCH } from './ridge.ts';
import { pairRows, type RowView, textRows } from './row-readers.ts';
import type { TextNeighbours } from './shared-data.ts';
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
  const { counts, texts, log, nearest } = data;
  const solver = await openColumnSolver(
    {
      items: log.items,
      pairs: pairRows(counts),
      ...(texts && { texts: textRows(texts) }),
      ...(nearest && { nearestOf: nearestRows(nearest) }),
    },
    settings,
    into.width,
  );
  return {
    async run({ first, last }) {
      for (let from = first; from < last; from += RIDGE_BATCH) {
        const batch = Array.from(
          { length: Math.min(RIDGE_BATCH, last - from) },
          (_, at) => rows?.[from + at] ?? from + at,
        );
        await solver.solve(batch, into, from);
      }
    },
    close: () => solver.close(),
  };
}

function nearestRows({ width, ids, cosines }: TextNeighbours): (item: number) => RowView {
  const view: RowView = { ids, values: cosines, from: 0, to: 0 };
  return (item) => {
    view.from = item * width;
    view.to = view.from + width;
    return view;
  };
}
