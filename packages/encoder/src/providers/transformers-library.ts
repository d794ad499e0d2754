/** Loads the optional package `@huggingface/transformers`. */
import { withOptionalPackage } from '@lorekeep/core';
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

/** @throws LorekeepError `ENCODER_PACKAGE_MISSING` */
export function loadTransformersLibrary(): TransformersLibrary {
  try {
    return withOptionalPackage(TRANSFORMERS_PACKAGE, import.meta.url, (library: TransformersLibrary) => library);
  } catch (error) {
    const install = 'Run "pnpm extras" (or "npm install @huggingface/transformers@4.3.1 --ignore-scripts").';
    throw errors.ENCODER_PACKAGE_MISSING({ package: TRANSFORMERS_PACKAGE, install }, error);
  }
}

/**
 * The version of the package that would be used.
 * @throws LorekeepError `ENCODER_PACKAGE_MISSING`
 */
export const transformersVersion = (): string => loadTransformersLibrary().env.version;
