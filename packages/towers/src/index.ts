export { errors as towersErrors } from './errors.ts';
export { widthsOf } from './model/towers.ts';
export { checkTowerOptions, type TowerConfig, towerOptions } from './options.ts';
export { itemTowerGraph, userTowerGraph } from './tower-graphs.ts';
export { createTowerEncoder, type TowerEncoder, type TowerVectors } from './tower-vectors.ts';
export { discardCheckpoint } from './training/checkpoint.ts';
export type { EpochRecord } from './training/epoch-record.ts';
export { type TrainedTowers, type TrainTowersOptions, trainTowers } from './training/train.ts';
export type { ContentInfo, InitialTowers } from './training/transfer.ts';
