/** The options of a plug-in, checked. */
import { optionErrors } from '@lorekeep/core';
import type { PlugShape } from '../din/plug.ts';
import type { PlugOptions } from './contract.ts';

/**
 * @param layers units by name, the default layer first
 * @throws LorekeepError `OPTION_INVALID`
 */
export function plugShape(options: PlugOptions, layers: Readonly<Record<string, number>>): PlugShape {
  const { name, width, hidden = 64, layer = Object.keys(layers)[0] } = options;
  const check = (option: string, value: unknown, fits: boolean, allowed: string) => {
    if (!fits) throw optionErrors.OPTION_INVALID({ name: option, value, allowed });
  };
  const isWhole = (value: number, high: number) => Number.isInteger(value) && value >= 1 && value <= high;
  check('name', name, /^[\w.-]{1,64}$/.test(name), '1 to 64 letters, digits, dots, dashes and underscores');
  check('width', width, isWhole(width, 65_536), 'a whole number from 1 to 65536');
  check('hidden', hidden, isWhole(hidden, 4096), 'a whole number from 1 to 4096');
  check('layer', layer, Object.hasOwn(layers, layer), Object.keys(layers).join(' or '));
  return { name, width, layer, units: layers[layer], hidden };
}
