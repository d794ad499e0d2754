/** Errors of the simulated shop. */
import { LorekeepError } from '@lorekeep/core';

export function badShopOption(name: string, value: unknown, allowed: string): LorekeepError {
  return new LorekeepError(
    'SIMULATED_BAD_OPTION',
    `The simulated shop cannot be made with ${name} = ${String(value)}.`,
    {
      kind: 'usage',
      hint: `${name} must be ${allowed}.`,
      details: { option: name, value, allowed },
    },
  );
}

export function unknownSimulatedId(kind: 'item' | 'user', id: string, count: number): LorekeepError {
  return new LorekeepError('SIMULATED_UNKNOWN_ID', `The simulated shop has no ${kind} "${id}".`, {
    kind: 'usage',
    hint: `Its ${kind}s are sim-${kind}-000000 to sim-${kind}-${String(count - 1).padStart(6, '0')}.`,
    details: { kind, id },
  });
}

export function shopDirectoryExists(directory: string): LorekeepError {
  return new LorekeepError('SIMULATED_DIRECTORY_EXISTS', `"${directory}" is there already.`, {
    kind: 'usage',
    hint: 'Name a directory that does not exist yet, or remove this one first.',
    details: { directory },
  });
}

export function otherShopStored(stored: string): LorekeepError {
  return new LorekeepError(
    'SIMULATED_OTHER_SHOP',
    `The store holds another simulated shop already (import ${stored}).`,
    {
      kind: 'usage',
      hint: 'Shops made with other options share ids but not items: use a workspace of its own for each.',
      details: { stored },
    },
  );
}
