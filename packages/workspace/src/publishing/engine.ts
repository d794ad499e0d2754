/** The engine over the live publication, with the encoder that its model was trained with. */
import { errorCode, type RunContext } from '@lorekeep/core';
import { createRankingService, type Engine, openEngine, type RankingService, readCurrent } from '@lorekeep/recommender';
import { checkOptions } from '../check-options.ts';
import { openEncoderOf } from '../encoding/open-encoder.ts';
import type { WorkspaceState } from '../state.ts';
import { warnings } from '../warnings.ts';
import { withUnsavedEmbeddings } from './unsaved-embeddings.ts';

/** How the engine runs. */
export interface EngineRun extends RunContext {
  /** 1 to 256. Default: one per core. */
  threads?: number;
  /**
   * The General Knowledge Center that the ranker reads: a folder, or the URL of a Redis. Default:
   * `knowledge/centre` in the workspace.
   */
  knowledge?: string;
  /** The ranker may read knowledge that is aligned to its own with residuals up to this sum. Default 0. */
  maxResidual?: number;
}

export async function engineOf(state: WorkspaceState, run: EngineRun): Promise<Engine> {
  checkOptions({ threads: run.threads });
  const { dir } = state;
  const store = state.isReadOnly ? withUnsavedEmbeddings(state.store) : state.store;
  const { manifest } = await readCurrent(dir);
  const encoder = await openEncoderOf(state, manifest.encoder.id, run);
  try {
    const ranking = await rankingOf(state, run);
    const engine = await openEngine({ workspace: dir, store, encoder, threads: run.threads, ranking });
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

/** Rankers and knowledge. A ranker that cannot be loaded does not keep a service from recommending. */
export async function rankingOf(
  { dir, store }: WorkspaceState,
  { knowledge, maxResidual, warn }: EngineRun,
): Promise<RankingService> {
  const ranking = createRankingService({ workspace: dir, store, knowledge, maxResidual });
  await ranking.reload().catch((error: unknown) => {
    // The place that the caller names cannot be opened at all.
    if (['KNOWLEDGE_URL_INVALID', 'KNOWLEDGE_ADAPTER_MISSING'].includes(errorCode(error))) throw error;
    warn?.(warnings.RANKER_UNUSABLE(error instanceof Error ? error.message : String(error)));
  });
  return ranking;
}
