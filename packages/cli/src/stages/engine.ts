/** The engine over what is published in the workspace, with the encoder that its model was trained with. */
import { type Engine, openEngine, readCurrent } from '@lorekeep/recommender';
import type { StageContext } from '../workspace.ts';
import { openEncoderOf } from './encode.ts';

export async function withEngine<T>(
  context: StageContext,
  { threads }: { threads?: number },
  use: (engine: Engine) => Promise<T>,
): Promise<T> {
  const { dir, store } = context.workspace;
  const { manifest } = await readCurrent(dir);
  const encoder = await openEncoderOf(context, manifest.encoder.id, { threads });
  try {
    const engine = await openEngine({ workspace: dir, store, encoder });
    try {
      return await use(engine);
    } finally {
      await engine.close();
    }
  } finally {
    await encoder.close();
  }
}
