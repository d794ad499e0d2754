/**
 * The suite that every index must pass, for `map-index.ts`.
 *
 *     npx -y pnpm@12 exec node --test examples/vector-index/map-index.test.ts
 */
import { registerIndexAdapter } from '@lorekeep/vector-index';
import { indexConformance } from '@lorekeep/vector-index/conformance';
import { mapIndexAdapter } from './map-index.ts';

registerIndexAdapter('map', async () => mapIndexAdapter);
// `add` runs without a pause, so no search runs meanwhile.
indexConformance('map', { searchesWhileAdding: false });
