/**
 * The main job on one shop: import, encode, train, evaluate, publish, recommend. Each step is a
 * method that takes its own options and a `RunContext`, and resolves with plain data. Nothing is
 * printed, and this package reads no environment variables: progress, warnings and the signal that
 * stops the work are arguments. Relative paths start from the current directory.
 *
 * A step loads the packages it needs when it is first called, so that opening a workspace is fast.
 */
import { checkNodeVersion, type RunContext } from '@lorekeep/core';
import type { SimulatedShopOptions } from '@lorekeep/datasets';
import type { Engine } from '@lorekeep/recommender';
import type { Deleted, EventFilter, Store, UndoneImport } from '@lorekeep/store';
import type { EncodeEstimate, EncodeOptions, EncodeResult } from './encoding/encode.ts';
import type { EventRulesChange, EventSummary } from './events.ts';
import type { ImportDirectoryOptions, ImportFilesOptions, ImportResult } from './import.ts';
import { createJobs, type Jobs } from './jobs/jobs.ts';
import type { EngineRun } from './publishing/engine.ts';
import type { PublishOptions, PublishResult } from './publishing/publish.ts';
import { type RankingSteps, rankingSteps } from './ranking/steps.ts';
import type { OpenWorkspaceOptions } from './state.ts';
import type { WorkspaceStatus } from './status.ts';
import type { EvaluateOptions, EvaluationResult } from './training/evaluate.ts';
import { latestModel, modelVersions } from './training/model-versions.ts';
import type { TrainOptions, TrainResult } from './training/train.ts';

/**
 * An open workspace. Call one method at a time: steps read what earlier steps wrote.
 *
 * Every method that takes a `RunContext` rejects with `signal.reason` when it is aborted. An
 * aborted import has stored nothing. `encode` and `train` keep what was finished, and the same call
 * resumes there. Every method can throw the errors of the store (`STORE_…`).
 */
export interface Workspace extends AsyncDisposable, RankingSteps {
  /** The folder, as an absolute path. */
  readonly dir: string;
  /** Catalogue, events, embeddings and settings. It is open until `close`. */
  readonly store: Store;
  /** Opened with `allowReadOnly` in a folder that cannot be written: steps that write fail. */
  readonly isReadOnly: boolean;
  /** Jobs that train and publish by themselves, former publications, and the step back to them. */
  readonly jobs: Jobs;

  /**
   * Imports files, all or nothing. Items are inserted, or replaced if their id is known; events are
   * appended. Content that was imported before is not imported again. Malformed lines are refused
   * unless `skipBad` (default 0) allows them.
   * @throws LorekeepError `NOTHING_TO_IMPORT`, and what `importFiles` of the datasets package
   *   throws (`IMPORT_…`)
   * @example
   * const files = { items: ['items.jsonl'], events: ['events.csv'] };
   * const { counts } = await workspace.import({ ...files, skipBad: 10 });
   */
  import(files: ImportFilesOptions, run?: RunContext): Promise<ImportResult>;

  /**
   * Imports a folder with one `items.*` file and one `interactions.*` or `events.*` file. The
   * workspace must contain no other data.
   * @throws LorekeepError `IMPORT_DIRECTORY`, `IMPORT_OTHER_DATA`, and what `import` throws
   * @example
   * await workspace.importDirectory('data/shop');
   */
  importDirectory(dir: string, options?: ImportDirectoryOptions, run?: RunContext): Promise<ImportResult>;

  /**
   * Imports the simulated shop, by default with 300,000 events. The workspace must contain no other
   * data.
   * @throws LorekeepError `WORKSPACE_HOLDS_OTHER_DATA`, `SIMULATED_OTHER_SHOP`,
   *   `SIMULATED_BAD_OPTION`
   * @example
   * await workspace.importSimulatedShop({ events: 10_000, users: 100, items: 300 });
   */
  importSimulatedShop(options?: SimulatedShopOptions, run?: RunContext): Promise<ImportResult>;

  /**
   * The types of the stored events with their roles, and the rule for ratings.
   * @example
   * for (const { type, role } of (await workspace.events()).types) console.log(type, role);
   */
  events(): Promise<EventSummary>;

  /**
   * Changes what events mean. It takes effect at once in what is recommended and at the next `train`
   * and `publish` in the model; nothing has to be imported again.
   * @throws LorekeepError `EVENT_RULES_INVALID`
   * @example
   * await workspace.changeEventRules({ roles: { return: 'negative' }, ratings: 'none' });
   */
  changeEventRules(change: EventRulesChange): Promise<EventSummary>;

  /**
   * Embeds the text of every item, each distinct text once. Vectors are stored by encoder and text,
   * so only new texts are encoded. The encoder becomes the one that `train` uses. Warns with
   * `ENCODER_FALLBACK`.
   * @throws LorekeepError `NOTHING_IMPORTED`, `OPTIONS_CONFLICT`, `WORKSPACE_BAD_OPTION`, and what
   *   `openEncoder` throws (`MODEL_…`, `ENCODER_…`, `ENDPOINT_…`, `LEXICAL_…`)
   * @example
   * const { texts, encoded } = await workspace.encode({ model: 'all-MiniLM-L6-v2' });
   */
  encode(options?: EncodeOptions, run?: RunContext): Promise<EncodeResult>;

  /**
   * What `encode` would have to do with the same options, and how long it would take. A sample of
   * the texts is encoded to measure the speed. Nothing is stored.
   * @throws LorekeepError what `encode` throws
   * @example
   * const { missing, seconds } = await workspace.estimateEncoding({ model: 'org/large-model' });
   */
  estimateEncoding(options?: EncodeOptions, run?: RunContext): Promise<EncodeEstimate>;

  /**
   * Trains a model and makes it the newest version. A version trained from the same data, encoder,
   * configuration and seed is reused (`unchanged`). The same inputs give the same model on one
   * machine. If users were erased since the last training, removes the versions that have learned
   * from them, except the live one. Warns with `ERASURE_WAITS`, and with `METRICS_EMPTY` or
   * `METRICS_TRIVIAL` if its metrics say nothing.
   * @throws LorekeepError `NOTHING_IMPORTED`, `NOTHING_ENCODED`, `TIMES_MISSING`,
   *   `EMBEDDING_MISSING`, `TARGET_UNKNOWN`, `WORKSPACE_BAD_OPTION`, and what training throws
   *   (`TRAINING_…` and `TOWERS_NO_TRANSITIONS` if there is nothing to learn from, `TOWERS_…`,
   *   `BUNDLE_…` for `initFrom`)
   * @example
   * const { version, metrics } = await workspace.train({ preset: 'learn', seed: 42 });
   * console.log(metrics.test['ndcg@10'], metrics.baselines.popularity['ndcg@10']);
   */
  train(options?: TrainOptions, run?: RunContext): Promise<TrainResult>;

  /**
   * Measures a trained version on the log as it is now, beside baselines and, with `against`,
   * beside another version. Changes nothing. Warns with `LOG_CHANGED` or `PROTOCOL_DIFFERS` if the
   * model may have seen some of the test events, and with `METRICS_EMPTY` or `METRICS_TRIVIAL` if the
   * metrics say nothing.
   * @throws LorekeepError `NOTHING_TRAINED`, `MODEL_VERSION_UNKNOWN`, `MODEL_SAW_EVERYTHING`,
   *   `TIMES_MISSING`, `EVALUATION_NO_CASES`, `ENCODER_FORGOTTEN`, `EMBEDDING_MISSING`,
   *   `WORKSPACE_BAD_OPTION`, `BUNDLE_…`
   * @example
   * const { test, differences } = await workspace.evaluate({ model: version });
   * console.log(test.metrics['recall@10'], differences.popularity['recall@10'].interval);
   */
  evaluate(options?: EvaluateOptions, run?: RunContext): Promise<EvaluationResult>;

  /**
   * Builds the index of a trained version for the catalogue as it is now, and makes both live. If
   * nothing is trained, the texts take the place of a model: similar items by text, and popular and
   * new items. If it fails, the version that was live stays live. Warns with
   * `PUBLISHED_WITHOUT_MODEL` if a model could be trained.
   * @throws LorekeepError `NOTHING_IMPORTED`, `NOTHING_ENCODED`, `MODEL_VERSION_UNKNOWN`,
   *   `CATALOGUE_EMPTY`,
   *   `ENCODER_FORGOTTEN`, `ENCODER_CHANGED`, `INDEX_ADAPTER_MISSING`, `VECTOR_NOT_FINITE`,
   *   `WORKSPACE_BAD_OPTION`, `BUNDLE_…`
   * @example
   * const { manifest } = await workspace.publish({ index: 'usearch' });
   * console.log(manifest.index.recallAt10);
   */
  publish(options?: PublishOptions, run?: RunContext): Promise<PublishResult>;

  /**
   * Opens the engine over the live version. The caller closes it, before the workspace.
   * @throws LorekeepError `PUBLICATION_MISSING`, `PUBLICATION_CORRUPT`, `ENCODER_FORGOTTEN`,
   *   `ENCODER_CHANGED`, `WORKSPACE_BAD_OPTION`
   * @example
   * const engine = await workspace.engine();
   * const { items } = await engine.recommend({ user: 'ann', k: 5 });
   * await engine.close();
   */
  engine(run?: EngineRun): Promise<Engine>;

  /**
   * How far the workspace is, and which step is next.
   * @example
   * const { stage, next, unfinished } = await workspace.status();
   */
  status(): Promise<WorkspaceStatus>;

  /**
   * Records that this process serves the workspace at an address, so that `status` finds it.
   * Resolves with a function that removes the record.
   * @example
   * const remove = await workspace.registerService(await server.listen());
   * // …
   * await remove();
   */
  registerService(address: string): Promise<() => Promise<void>>;

  /**
   * Removes items with all their events. Unknown ids are counted. A running service leaves the items
   * out from its next request on.
   * @example
   * const { items, events, unknown } = await workspace.deleteItems(['B0001', 'B0002']);
   */
  deleteItems(ids: string[]): Promise<Deleted>;

  /**
   * Erases users with everything that names them, also in the General Knowledge Center of the
   * workspace (not in one elsewhere). What models have learned from their events, and
   * the last bytes in the files of the store, go with the next `train` and `publish`: versions that
   * were trained before are removed then.
   * @example
   * await workspace.deleteUsers(['ann']);
   * await workspace.train();
   * await workspace.publish();
   */
  deleteUsers(ids: string[]): Promise<Deleted>;

  /**
   * Removes the events that fulfil all conditions, and users who have no event left.
   * @throws LorekeepError `STORE_ARGUMENT` without a condition; `IMPORT_UNKNOWN`
   * @example
   * await workspace.deleteEvents({ types: ['view'], before: Date.now() / 1000 - 365 * 24 * 3600 });
   */
  deleteEvents(filter: EventFilter): Promise<Deleted>;

  /**
   * Removes what an import has added, and its record, so that it can be imported again. Items that
   * other events, imports or writes use stay, and items that it replaced keep their present content.
   *
   * @param name its fingerprint, the first 6 characters of it or more, or the name of a file that
   *   only this import has read
   * @throws LorekeepError `IMPORT_NOT_FOUND`, `IMPORT_NOT_RECORDED`
   * @example
   * const { events, items, itemsKept } = await workspace.undoImport('events-2026-03.csv');
   */
  undoImport(name: string): Promise<UndoneImport & { files: string[] }>;

  /** Trained versions, oldest first. Their folders are `models/VERSION`. */
  modelVersions(): Promise<string[]>;

  /**
   * The version that `evaluate` and `publish` use by default; `undefined` before the first
   * training.
   */
  latestModel(): Promise<string | undefined>;

  /**
   * Stops the runs of jobs that it has started, and closes the store. A workspace that was created by `openWorkspace` and is still empty, for
   * example because the import failed, is removed again. A second call does nothing.
   */
  close(): Promise<void>;
}

/**
 * Opens a workspace.
 *
 * @param dir its folder
 * @throws LorekeepError `WORKSPACE_MISSING` if there is none and `create` is false (the default),
 *   what opening a store throws (`STORE_…`), `PATH_…` for a folder that cannot be used, and
 *   `NODE_TOO_OLD`
 * @example
 * // `await using` needs Node 24; with an older one, call `close()` at the end.
 * await using workspace = await openWorkspace('shop', { create: true });
 * await workspace.import({ items: ['items.jsonl'], events: ['events.csv'] });
 * await workspace.encode();
 * await workspace.train();
 * await workspace.publish();
 */
export async function openWorkspace(dir: string, options: OpenWorkspaceOptions = {}): Promise<Workspace> {
  checkNodeVersion();
  // Loaded only now: it loads native code, which an older Node cannot run.
  const { closeState, openState } = await import('./state.ts');
  const state = await openState(dir, options);
  let closing: Promise<void> | undefined;
  const { jobs, stop } = createJobs(state);
  const close = () => {
    closing ??= stop().then(() => closeState(state));
    return closing;
  };
  const forgetKnowledge = async (ids: { users?: string[]; items?: string[] }) => {
    const { forgetKnowledge } = await import('./ranking/centre/forget.ts');
    await forgetKnowledge(state, ids);
  };
  return {
    dir: state.dir,
    store: state.store,
    isReadOnly: state.isReadOnly,
    jobs,
    async import(files, run = {}) {
      const { importInto } = await import('./import.ts');
      return importInto(state, files, run);
    },
    async importDirectory(folder, options = {}, run = {}) {
      const { importDirectoryInto } = await import('./import.ts');
      return importDirectoryInto(state, folder, options, run);
    },
    async importSimulatedShop(options = {}, run = {}) {
      const { importSimulatedShopInto } = await import('./import.ts');
      return importSimulatedShopInto(state, options, run);
    },
    async events() {
      const { eventSummary } = await import('./events.ts');
      return eventSummary(state);
    },
    async changeEventRules(change) {
      const { changeEventRules } = await import('./events.ts');
      return changeEventRules(state, change);
    },
    async encode(options = {}, run = {}) {
      const { encode } = await import('./encoding/encode.ts');
      return encode(state, options, run);
    },
    async estimateEncoding(options = {}, run = {}) {
      const { estimateEncoding } = await import('./encoding/encode.ts');
      return estimateEncoding(state, options, run);
    },
    async train(options = {}, run = {}) {
      const { train } = await import('./training/train.ts');
      const { forgetErasedUsers } = await import('./deletion/erasure.ts');
      const result = await train(state, options, run);
      await forgetErasedUsers(state, run);
      return result;
    },
    async evaluate(options = {}, run = {}) {
      const { evaluate } = await import('./training/evaluate.ts');
      return evaluate(state, options, run);
    },
    async publish(options = {}, run = {}) {
      const { publish } = await import('./publishing/publish.ts');
      const { forgetFormerPublications } = await import('./deletion/erasure.ts');
      const result = await publish(state, options, run);
      await forgetFormerPublications(state);
      return result;
    },
    async engine(run = {}) {
      const { engineOf } = await import('./publishing/engine.ts');
      return engineOf(state, run);
    },
    ...rankingSteps(state),
    async status() {
      const { statusOf } = await import('./status.ts');
      return statusOf(state);
    },
    async registerService(address) {
      const { registerService } = await import('./services.ts');
      return registerService(state, address);
    },
    async deleteItems(ids) {
      const deleted = await state.store.deleteItems(ids);
      await forgetKnowledge({ items: ids });
      return deleted;
    },
    async deleteUsers(ids) {
      const deleted = await state.store.deleteUsers(ids);
      await forgetKnowledge({ users: ids });
      return deleted;
    },
    deleteEvents: (filter) => state.store.deleteEvents(filter),
    async undoImport(name) {
      const { undoImport } = await import('./deletion/undo-import.ts');
      return undoImport(state, name);
    },
    modelVersions: () => modelVersions(state),
    latestModel: () => latestModel(state),
    close,
    [Symbol.asyncDispose]: close,
  };
}
