/** The options of a plug-in, checked. */
import type { PlugShape } from '../din/plug.ts';
import { errors } from '../errors.ts';
import type { PlugOptions } from './contract.ts';

/**
 * @param layers units by name, the default layer first
 * @throws LorekeepError `RANKING_OPTION`
 */
export function plugShape(options: PlugOptions, layers: Readonly<Record<string, number>>): PlugShape {
  const { name, width, hidden = 64, layer = Object.keys(layers)[0] } = options;
  const check = (option: string, value: unknown, fits: boolean, allowed: string) => {
    if (!fits) throw errors.RANKING_OPTION({ name: option, value, allowed });
  };
  const isWhole = (value: number, high: number) => Number.isInteger(value) && value >= 1 && value <= high;
  check('name', name, /^[\w.-]{1,64}$/.test(name), '1 to 64 letters, digits, dots, dashes and underscores');
  check('width', width, isWhole(width, 65_536), 'a whole number from 1 to 65536');
  check('hidden', hidden, isWhole(hidden, 4096), 'a whole number from 1 to 4096');
  check('layer', layer, Object.hasOwn(layers, layer), Object.keys(layers).join(' or '));
  return { name, width, layer, units: layers[layer], hidden };
}
