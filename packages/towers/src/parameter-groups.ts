/** Which parameters belong to which tower. */
import type { Arrays } from '@lorekeep/graph';
import type { TowerConfig } from './options.ts';

/** All other parameters belong to the input path. */
export function isUserParameter(name: string): boolean {
  return name.startsWith('user/') || name.startsWith('block');
}

/** The parameters of the input path, and those of the network if item vectors go through it. */
export function itemTowerParameters(parameters: Arrays, { network: { itemTower } }: TowerConfig): Arrays {
  const usesNetwork = itemTower === 'shared' || itemTower === 'sequence';
  return pick(parameters, (name) => usesNetwork || !isUserParameter(name));
}

export function pick(arrays: Arrays, wanted: (name: string) => boolean): Arrays {
  return Object.fromEntries(Object.entries(arrays).filter(([name]) => wanted(name)));
}
