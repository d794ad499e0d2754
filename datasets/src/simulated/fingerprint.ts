import { sha256 } from '@lorekeep/core';
import { resolveShopOptions, type SimulatedShopOptions } from './options.ts';

/**
 * Raised when equal options begin to give another shop, so that a stored shop is not taken for the
 * new one.
 */
const GENERATOR_VERSION = 1;

/** Identifies a shop by its generator and its options; SHA-256. */
export function simulatedFingerprint(options: SimulatedShopOptions = {}): string {
  return sha256(JSON.stringify({ simulated: GENERATOR_VERSION, ...resolveShopOptions(options) }));
}
