/** The engine over the live publication, with the encoder that its model was trained with. */
import type { RunContext } from '@lorekeep/core';
import { type Engine, openEngine, readCurrent } from '@lorekeep/recommender';
import { checkOptions } from '../check-options.ts';
import { openEncoderOf } from '../encoding/open-encoder.ts';
import type { WorkspaceState } from '../state.ts';
import { withUnsavedEmbeddings } from './unsaved-embeddings.ts';

/** How the engine runs. */
export interface EngineRun extends RunContext {
  /** 1 to 256. Default: one per core. */
  threads?: number;
}

export async function engineOf(state: WorkspaceState, run: EngineRun): Promise<Engine> {
  checkOptions({ threads: run.threads });
  const { dir } = state;
  const store = state.isReadOnly ? withUnsavedEmbeddings(state.store) : state.store;
  const { manifest } = await readCurrent(dir);
  const encoder = await openEncoderOf(state, manifest.encoder.id, run);
  try {
    const engine = await openEngine({ workspace: dir, store, encoder, threads: run.threads });
    return {
      ...engine,
      async close() {
        await engine.close();
        await encoder.close();
      },
    };
  } catch (error) {
    await encoder.close();
    throw error;
  }
}
