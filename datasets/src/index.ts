export type { BadLine } from './bad-line.ts';
export { datasetDirectory } from './data-folder.ts';
export { errors as datasetsErrors } from './errors.ts';
export type { Format } from './formats/format.ts';
export type { UnknownItems } from './import/check-events.ts';
export { COLUMN_SYNONYMS, type ColumnNames, type FieldName } from './import/columns.ts';
export { importFiles } from './import/import-files.ts';
export type { ImportOptions, ImportSummary } from './import/options.ts';
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
