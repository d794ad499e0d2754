/** The option table of a recommender, joined from the tables of its parts. */
import type { Configuration, Overrides } from '@lorekeep/core';
import { linearOptions } from '@lorekeep/linear';
import { rerankerOptions } from '@lorekeep/ranking';
import { towerOptions } from '@lorekeep/towers';
import { eventOptions } from './events.ts';

export const recommenderOptions = {
  ...towerOptions,
  linear: linearOptions,
  reranker: rerankerOptions,
  events: eventOptions,
};

/** Every option of training by group, as options.md lists them. */
export type RecommenderConfig = Configuration<typeof recommenderOptions>;

/** Some options of some groups, such as `{ training: { epochs: 20 } }`. */
export type ConfigOverrides = Overrides<typeof recommenderOptions>;
