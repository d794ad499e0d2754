/**
 * The memory of training: parameters and moments in two sets of buffers, the gradients of each
 * shard, and the running averages. A step reads the current set and writes its successor into the
 * other one; then the two change places. A step that fails before the change has changed nothing.
 */
import { type Arrays, copyArrays, copyValues } from '../arrays.ts';
import { errors } from '../errors.ts';
import { flatArray, type Layout, layoutOf, type Segment, segmentsOf, viewsOf } from './parameter-layout.ts';

/** What the optimiser updates: parameters, first and second moments. */
export const KINDS = ['parameter', 'm', 'v'] as const;
type Kind = (typeof KINDS)[number];

export interface BufferSet {
  readonly flat: Readonly<Record<Kind, Float32Array>>;
  /** Views of `flat.parameter`, by name. */
  readonly parameters: Arrays;
}

/** Copies of everything in the buffers except gradients, by name. */
export interface BufferState {
  parameters: Arrays;
  m: Arrays;
  v: Arrays;
  /** Present if averages are kept. */
  averages?: Arrays;
}

export interface BufferOptions {
  decays: (name: string, shape: readonly number[]) => boolean;
  shards: number;
  /** Whether running averages are kept. */
  averaged: boolean;
}

export class ParameterBuffers {
  readonly sets: readonly [BufferSet, BufferSet];
  /** Index of the current set. */
  currentIndex = 0;
  /** Flat gradients of each shard. */
  readonly gradients: readonly Float32Array[];
  private readonly names: readonly string[];
  private readonly layout: Layout;
  private readonly averages: Float32Array | undefined;

  /** @param parameters initial values, which are copied */
  constructor(parameters: Arrays, { decays, shards, averaged }: BufferOptions) {
    this.names = Object.keys(parameters);
    this.layout = layoutOf(parameters, decays);
    const flat = () => flatArray(this.layout, shards > 1);
    const newSet = (): BufferSet => {
      const parameter = flat();
      copyValues(this.views(parameter), parameters);
      return { flat: { parameter, m: flat(), v: flat() }, parameters: this.views(parameter) };
    };
    this.sets = [newSet(), newSet()];
    this.gradients = Array.from({ length: shards }, flat);
    this.averages = averaged ? new Float32Array(this.current.flat.parameter) : undefined;
  }

  get current(): BufferSet {
    return this.sets[this.currentIndex];
  }

  get next(): BufferSet {
    return this.sets[1 - this.currentIndex];
  }

  swap(): void {
    this.currentIndex = 1 - this.currentIndex;
  }

  /** Views of a flat array, by parameter name. */
  views(flat: Float32Array): Arrays {
    return viewsOf(this.layout, flat, this.names);
  }

  /** The segments of the named parameters, and those of all others. */
  segmentsOf(names: ReadonlySet<string>): { segments: Segment[]; others: Segment[] } {
    return segmentsOf(this.layout, names);
  }

  copyOf(kind: Kind): Arrays {
    return copyArrays(this.views(this.current.flat[kind]));
  }

  copyOfAverages(): Arrays | undefined {
    return this.averages && copyArrays(this.views(this.averages));
  }

  /** If averages are kept: e ← d e + (1 − d) p with d = min(decay, t / (9 + t)) after t steps. */
  updateAverages(decay: number, steps: number): void {
    if (this.averages === undefined) return;
    const { parameter } = this.current.flat;
    const weight = 1 - Math.min(decay, steps / (9 + steps));
    for (let i = 0; i < this.averages.length; i++) this.averages[i] += weight * (parameter[i] - this.averages[i]);
  }

  state(): BufferState {
    const averages = this.copyOfAverages();
    return {
      parameters: this.copyOf('parameter'),
      m: this.copyOf('m'),
      v: this.copyOf('v'),
      ...(averages === undefined ? {} : { averages }),
    };
  }

  /** @throws LorekeepError `GRAPH_BAD_STATE` if names or shapes differ */
  check(state: BufferState): void {
    const own = this.current.parameters;
    for (const kind of ['parameters', 'm', 'v'] as const) checkSame(kind, own, state[kind]);
    if (this.averages !== undefined) checkSame('averages', own, state.averages);
  }

  /** Overwrites both sets. Call `check` first. */
  restore(state: BufferState): void {
    for (const { flat, parameters } of this.sets) {
      copyValues(parameters, state.parameters);
      copyValues(this.views(flat.m), state.m);
      copyValues(this.views(flat.v), state.v);
    }
    if (this.averages !== undefined) copyValues(this.views(this.averages), state.averages as Arrays);
  }
}

function checkSame(kind: string, own: Arrays, given: Arrays | undefined): void {
  for (const [name, { shape, data }] of Object.entries(own)) {
    const array = given?.[name];
    if (array === undefined) throw errors.GRAPH_BAD_STATE({ problem: `${kind} lacks "${name}"` });
    if (array.dtype !== 'float32' || String(array.shape) !== String(shape) || array.data.length !== data.length)
      throw errors.GRAPH_BAD_STATE({
        problem: `${kind} has "${name}" as ${array.dtype} [${array.shape}], not float32 [${shape}]`,
      });
  }
  for (const name of Object.keys(given ?? {}))
    if (!(name in own)) throw errors.GRAPH_BAD_STATE({ problem: `${kind} has "${name}", which this model lacks` });
}
