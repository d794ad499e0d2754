/** The check of options that all steps of the main job share. */
import { PROTOCOLS } from '@lorekeep/evaluation';
import { LIMITS, REFITS } from './defaults.ts';
import { errors } from './errors.ts';

interface CheckedOptions {
  protocol?: string;
  refit?: string;
  seed?: number;
  threads?: number;
  keep?: number;
}

const CHOICES: Record<string, readonly string[]> = { protocol: PROTOCOLS, refit: REFITS };

/** @throws LorekeepError `WORKSPACE_BAD_OPTION` */
export function checkOptions(options: CheckedOptions): void {
  for (const [option, value] of Object.entries(options)) {
    if (value === undefined) continue;
    if (option in CHOICES && !CHOICES[option].includes(value))
      throw errors.WORKSPACE_BAD_OPTION({ option, value, expected: `one of ${CHOICES[option].join(', ')}` });
    if (!(option in LIMITS)) continue;
    const [low, high] = LIMITS[option as keyof typeof LIMITS];
    if (!Number.isSafeInteger(value) || value < low || value > high)
      throw errors.WORKSPACE_BAD_OPTION({ option, value, expected: `a whole number from ${low} to ${high}` });
  }
}
