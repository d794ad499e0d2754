/**
 * Where parameters lie: all of them behind one another in one array, those that decay first, so that the optimiser
 * runs over two long arrays instead of some dozens of short ones. Each begins at a multiple of 64 numbers; the gaps
 * stay zero. Parameters, moments and gradients share the layout, and views by name are what the loss's graph reads.
 */
import { type Arrays, namedArray, sizeOf } from '../arrays.ts';

const ALIGNMENT = 64;

interface Place {
  readonly name: string;
  readonly shape: readonly number[];
  readonly decays: boolean;
  readonly offset: number;
  readonly size: number;
  /** Where the next begins. */
  readonly end: number;
}

export interface Layout {
  readonly places: readonly Place[];
  readonly length: number;
}

/** Neighbours that the optimiser treats alike. */
export interface Run {
  readonly begin: number;
  readonly end: number;
  readonly decays: boolean;
}

export function layoutOf(parameters: Arrays, decays: (name: string, shape: readonly number[]) => boolean): Layout {
  const places: Place[] = [];
  let length = 0;
  for (const decaying of [true, false])
    for (const [name, { shape }] of Object.entries(parameters)) {
      if (decays(name, shape) !== decaying) continue;
      const size = sizeOf(shape);
      const end = length + Math.ceil(size / ALIGNMENT) * ALIGNMENT;
      places.push({ name, shape, decays: decaying, offset: length, size, end });
      length = end;
    }
  return { places, length };
}

/** An array of the layout's length, seen by other threads too where `shared`. */
export function flatArray({ length }: Layout, shared: boolean): Float32Array {
  return new Float32Array(shared ? new SharedArrayBuffer(4 * length) : new ArrayBuffer(4 * length));
}

/** The parameters in `flat`, by name, in the order in which they were given. */
export function viewsOf({ places }: Layout, flat: Float32Array, order: readonly string[]): Arrays {
  const byName = new Map(places.map((place) => [place.name, place]));
  return Object.fromEntries(
    order.map((name) => {
      const { shape, offset, size } = byName.get(name)!;
      return [name, namedArray([...shape], flat.subarray(offset, offset + size))];
    }),
  );
}

/** The runs that the parameters in `chosen` make, and what lies between them. */
export function runsOf({ places }: Layout, chosen: ReadonlySet<string>): { runs: Run[]; rest: Run[] } {
  const found: { runs: Run[]; rest: Run[] } = { runs: [], rest: [] };
  let previous: Run[] | undefined;
  for (const { name, decays, offset: begin, end } of places) {
    if (begin === end) continue;
    const list = chosen.has(name) ? found.runs : found.rest;
    const last = list.at(-1);
    if (list === previous && last?.decays === decays) list[list.length - 1] = { ...last, end };
    else list.push({ begin, end, decays });
    previous = list;
  }
  return found;
}
