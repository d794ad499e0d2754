/** `lorekeep imports` */
import type { CommandContext } from '../context.ts';

export async function importsCommand({ workspace, output }: CommandContext): Promise<void> {
  const imports = await workspace.store.imports();
  const lines = imports.map(({ fingerprint, at, items, events, files }) => {
    const counts = `${items.toLocaleString('en-US')} items, ${events.toLocaleString('en-US')} events`;
    return `${fingerprint.slice(0, 12)}  ${new Date(at * 1000).toISOString().slice(0, 16)}  ${counts}  ${files.join(', ')}`;
  });
  const human = imports.length === 0 ? 'There are no imports yet.' : lines.join('\n');
  output.result({ imports }, human);
}
