/**
 * Registers the index kind `map` for a command:
 *
 *     npx -y pnpm@12 exec node --import ./examples/vector-index/register.ts packages/cli/src/main.ts publish --index map
 */
import { registerIndexAdapter } from '@lorekeep/vector-index';

registerIndexAdapter('map', async () => (await import('./map-index.ts')).mapIndexAdapter);
