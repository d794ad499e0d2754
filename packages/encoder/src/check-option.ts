import { errors } from './errors.ts';

/**
 * @throws LorekeepError `ENCODER_BAD_OPTION` unless `value` is a whole number from `min` to `max`
 */
export function checkInteger(option: string, value: number, min: number, max: number): void {
  if (!Number.isSafeInteger(value) || value < min || value > max)
    throw errors.ENCODER_BAD_OPTION({ option, value, expected: `a whole number from ${min} to ${max}` });
}
