/** An encoder whose vectors reveal the batches, and items for it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { createRandom, sha256 } from '@lorekeep/core';
import type { Item } from '@lorekeep/store';
import type { TextEncoder, WorkUnits } from '../../src/index.ts';

const words = ['steel', 'screw', 'lamp', 'the end', '4', '42', 'a'];
export const ITEMS: Item[] = Array.from({ length: 3000 }, (_, i) => ({
  id: `item ${i}`,
  // The base-7 digits of the row as words: all titles differ.
  title: [...i.toString(7)].map((digit) => words[Number(digit)]).join(' '),
}));

export interface ListSensitive extends TextEncoder {
  /** All texts of all calls. */
  given: string[];
  calls: number;
  /** It fails after this number of calls. */
  maxCalls: number;
}

/** A vector depends on all texts of the call: another batch would give other bytes. */
export function listSensitiveEncoder(seed: number, work?: WorkUnits): ListSensitive {
  const random = createRandom(seed);
  return {
    id: 'list-sensitive',
    name: 'list-sensitive',
    dim: 8,
    isLanguageModel: false,
    work,
    given: [],
    calls: 0,
    maxCalls: Number.POSITIVE_INFINITY,
    async encode(texts) {
      if (this.calls === this.maxCalls) throw new Error('died');
      this.calls++;
      this.given.push(...texts);
      const list = texts.join('\n');
      await sleep(random.int(3));
      const rows = texts.map((text) => Buffer.from(sha256(`${text}\n\n${list}`), 'hex'));
      return Float32Array.from(Buffer.concat(rows.map((row) => row.subarray(0, 8))));
    },
    close: async () => {},
  };
}
