/** Loads the optional package `@huggingface/transformers`. */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { errors } from '../errors.ts';

export const TRANSFORMERS_PACKAGE = '@huggingface/transformers';

/** The parts of the package that are used here. */
export interface TransformersLibrary {
  env: { version: string };
  AutoModel: {
    from_pretrained(path: string, options: Record<string, unknown>): Promise<TransformersModel>;
  };
  Tensor: new (type: 'int64', data: BigInt64Array, dims: number[]) => unknown;
}

export interface TransformersModel {
  (inputs: Record<string, unknown>): Promise<Record<string, { data: ArrayLike<number>; dims: number[] }>>;
  dispose(): Promise<unknown>;
}

/**
 * Searches in the working directory (`.extras`, then its own packages), then beside this file.
 * @throws LorekeepError `ENCODER_PACKAGE_MISSING`
 */
export function loadTransformersLibrary(): TransformersLibrary {
  const bases = [join(process.cwd(), '.extras', 'package.json'), join(process.cwd(), 'package.json'), import.meta.url];
  const failures: unknown[] = [];
  for (const base of bases) {
    try {
      return createRequire(base)(TRANSFORMERS_PACKAGE) as TransformersLibrary;
    } catch (error) {
      failures.push(error);
    }
  }
  throw errors.ENCODER_PACKAGE_MISSING(
    {
      package: TRANSFORMERS_PACKAGE,
      install: 'Run "pnpm extras" (or "npm install @huggingface/transformers@4.3.1 --ignore-scripts").',
    },
    new AggregateError(failures),
  );
}

/**
 * The version of the package that would be used.
 * @throws LorekeepError `ENCODER_PACKAGE_MISSING`
 */
export const transformersVersion = (): string => loadTransformersLibrary().env.version;
