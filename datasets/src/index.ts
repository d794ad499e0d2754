export { COLUMN_SYNONYMS, type ColumnNames, type FieldName } from './columns.ts';
export { datasetDirectory } from './directory.ts';
export type { Format } from './formats.ts';
export { type BadLine, type ImportOptions, type ImportSummary, importFiles } from './import.ts';
export type { UnknownItems } from './interactions.ts';
export { RAW_FORMATS, type RawFormat } from './raw/amazon.ts';
export type { Surface } from './simulated/choice.ts';
export {
  importSimulatedShop,
  type SimulatedFiles,
  type SimulatedImport,
  simulatedFingerprint,
  writeSimulatedShop,
} from './simulated/deliver.ts';
export { type ResolvedShopOptions, resolveShopOptions, type SimulatedShopOptions } from './simulated/options.ts';
export { type SimulatedShop, type SimulatedTruth, simulateShop, type TrueImpression } from './simulated/shop.ts';
export { SIMULATED_START } from './simulated/timeline.ts';
export type { UserState } from './simulated/users.ts';
