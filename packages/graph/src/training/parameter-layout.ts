/**
 * The layout of parameters in one flat array: parameters with weight decay first, so that the
 * optimiser runs over two long arrays instead of dozens of short ones. Each parameter starts at a
 * multiple of 64 numbers, and the gaps stay zero. Parameters, moments and gradients have the same
 * layout. The graph of the loss reads views by name.
 */
import { type Arrays, namedArray, sharedFloats, sizeOf } from '../arrays.ts';

const ALIGNMENT = 64;

interface Slot {
  readonly name: string;
  readonly shape: readonly number[];
  readonly decays: boolean;
  readonly offset: number;
  readonly size: number;
  /** Start of the next slot. */
  readonly end: number;
}

export interface Layout {
  readonly slots: readonly Slot[];
  readonly length: number;
}

/** Adjacent parameters that the optimiser updates in the same way. */
export interface Segment {
  readonly begin: number;
  readonly end: number;
  readonly decays: boolean;
}

export function layoutOf(parameters: Arrays, decays: (name: string, shape: readonly number[]) => boolean): Layout {
  const slots: Slot[] = [];
  let length = 0;
  for (const withDecay of [true, false])
    for (const [name, { shape }] of Object.entries(parameters)) {
      if (decays(name, shape) !== withDecay) continue;
      const size = sizeOf(shape);
      const end = length + Math.ceil(size / ALIGNMENT) * ALIGNMENT;
      slots.push({ name, shape, decays: withDecay, offset: length, size, end });
      length = end;
    }
  return { slots, length };
}

/** A zeroed array of the layout's length. If `shared`, other threads can access it. */
export function flatArray({ length }: Layout, shared: boolean): Float32Array {
  return shared ? sharedFloats(length) : new Float32Array(length);
}

/** Views of the parameters in `flat`, by name, in the given order. */
export function viewsOf({ slots }: Layout, flat: Float32Array, order: readonly string[]): Arrays {
  const byName = new Map(slots.map((slot) => [slot.name, slot]));
  return Object.fromEntries(
    order.map((name) => {
      const { shape, offset, size } = byName.get(name)!;
      return [name, namedArray([...shape], flat.subarray(offset, offset + size))];
    }),
  );
}

/** The segments of the parameters in `names`, and those of all others. */
export function segmentsOf({ slots }: Layout, names: ReadonlySet<string>): { segments: Segment[]; others: Segment[] } {
  const found: { segments: Segment[]; others: Segment[] } = { segments: [], others: [] };
  let previous: Segment[] | undefined;
  for (const { name, decays, offset: begin, end } of slots) {
    if (begin === end) continue;
    const list = names.has(name) ? found.segments : found.others;
    const last = list.at(-1);
    if (list === previous && last?.decays === decays) list[list.length - 1] = { ...last, end };
    else list.push({ begin, end, decays });
    previous = list;
  }
  return found;
}
