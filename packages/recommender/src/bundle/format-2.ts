/**
 * Bundles of format 2: their files are those of format 3 under other names, only the manifest
 * differs.
 */
import { defaultsOf } from '@lorekeep/core';
import { ALL_EVENTS } from '../options/events.ts';
import { type RecommenderConfig, recommenderOptions } from '../options/table.ts';
import type { BundleManifest } from './manifest.ts';

/** Options that have another name than in format 2. */
const FORMER_NAMES: Record<string, string> = {
  'loss.kind': 'loss',
  'linear.neighboursPerItem': 'neighbours',
  'reranker.enabled': 'secondStage',
};

interface Format2 {
  protocol?: BundleManifest['protocol'];
  config: Record<string, unknown>;
  linear?: Omit<NonNullable<BundleManifest['linear']>, 'neighboursPerItem' | 'search'> & {
    perItem: number;
    search: Omit<NonNullable<BundleManifest['linear']>['search'], 'cases'> & { questions: number };
  };
  secondStage?: Omit<NonNullable<BundleManifest['reranker']>, 'valid'> & {
    valid: Omit<NonNullable<BundleManifest['reranker']>['valid'], 'reranker'> & {
      secondStage?: NonNullable<BundleManifest['reranker']>['valid']['reranker'];
    };
  };
}

export function fromFormat2(manifest: Record<string, unknown>): BundleManifest {
  const { config, linear, secondStage, protocol = 'leave-one-out', ...rest } = manifest as unknown as Format2;
  return {
    ...(rest as unknown as BundleManifest),
    format: 3,
    kind: 'recommender',
    protocol,
    config: nested(config),
    ...(linear === undefined ? {} : { linear: renamedLinear(linear) }),
    ...(secondStage === undefined ? {} : { reranker: renamedReranker(secondStage) }),
    rerankerFiles: 'second-stage',
  };
}

function nested(flat: Record<string, unknown>): RecommenderConfig {
  const config = defaultsOf(recommenderOptions) as Record<string, Record<string, unknown>>;
  for (const [group, options] of Object.entries(config))
    for (const name of Object.keys(options)) {
      const former = FORMER_NAMES[`${group}.${name}`] ?? name;
      if (former in flat) options[name] = flat[former];
    }
  return { ...config, events: ALL_EVENTS } as RecommenderConfig;
}

function renamedLinear({ perItem, search, ...rest }: NonNullable<Format2['linear']>): BundleManifest['linear'] {
  const { questions, ...others } = search;
  return { ...rest, neighboursPerItem: perItem, search: { ...others, cases: questions } };
}

function renamedReranker({ valid, ...rest }: NonNullable<Format2['secondStage']>): BundleManifest['reranker'] {
  const { secondStage, ...others } = valid;
  return { ...rest, valid: { ...others, ...(secondStage === undefined ? {} : { reranker: secondStage }) } };
}
