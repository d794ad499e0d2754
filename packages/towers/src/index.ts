export { errors, errors as towersErrors } from './errors.ts';
export { widthsOf } from './model/towers.ts';
export { checkTowerOptions, type TowerConfig, towerOptions } from './options.ts';
export { itemTowerGraph, userTowerGraph } from './tower-graphs.ts';
export { createTowerEncoder } from './tower-vectors.ts';
export { discardCheckpoint } from './training/checkpoint.ts';
export type { EpochRecord } from './training/epoch-record.ts';
export { type TrainedTowers, trainTowers } from './training/train.ts';
export type { ContentInfo, InitialTowers } from './training/transfer.ts';
