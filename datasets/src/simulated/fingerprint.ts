import { sha256 } from '@lorekeep/core';
import { resolveShopOptions, type SimulatedShopOptions } from './options.ts';

/**
 * Raised when equal options begin to give another shop, so that a stored shop is not taken for the
 * new one. Version 2 adds to each event the page it came from, and changes nothing else.
 */
const GENERATOR_VERSION = 2;

/** Identifies a shop by its generator and its options; SHA-256. */
export function simulatedFingerprint(options: SimulatedShopOptions = {}): string {
  return fingerprintOf(GENERATOR_VERSION, options);
}

/**
 * The fingerprint of the shop of these options that version 1 made: the same items and events,
 * without requests. Stores that hold it keep it.
 */
export function formerFingerprint(options: SimulatedShopOptions): string {
  return fingerprintOf(1, options);
}

function fingerprintOf(version: number, options: SimulatedShopOptions): string {
  return sha256(JSON.stringify({ simulated: version, ...resolveShopOptions(options) }));
}
