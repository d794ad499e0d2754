/**
 * Training that starts from towers of another catalogue (multi-domain pre-training). Everything
 * that reads text or behaviour in general is taken over: the content path with its mean and
 * whitening, the transformer blocks and the user side. The ID table and its gate belong to single
 * items and start anew. With `epochs: 0` the result is the zero-shot model, which knows this
 * catalogue by its text alone; with more epochs it is fine-tuned.
 */
import type { Arrays } from '@lorekeep/graph';
import { errors } from '../errors.ts';
import type { TowerConfig } from '../options.ts';

/** What made the content vectors. */
export interface ContentInfo {
  /** `TextEncoder.id` */
  encoder: string;
  /** For messages. */
  name: string;
  dim: number;
  isLanguageModel: boolean;
  /** The item-text template. */
  template: string;
}

export interface InitialTowers {
  /**
   * Version of the bundle they come from, and SHA-256 of its parameters; both go into the manifest
   * of the new bundle.
   */
  from: { version: string; parameters: string };
  /** `TowerConfig`, or that of an older version. */
  config: Record<string, unknown>;
  contentInfo: ContentInfo;
  parameters: Arrays;
}

/** Options that determine the shape and meaning of parameters. They must be equal in both runs. */
const SHAPING = [
  ['items', 'content'],
  ['network', 'residual'],
  ['items', 'whitening'],
  ['network', 'dim'],
  ['network', 'hidden'],
  ['network', 'layers'],
  ['network', 'heads'],
  ['network', 'block'],
  ['network', 'positions'],
  ['network', 'maxHistory'],
  ['network', 'similarity'],
] as const;

/**
 * Replaces all parameters that can be taken over.
 *
 * @param own initial values from `initialParameters`, without a closed-form start
 * @throws LorekeepError `TOWERS_INIT_MISMATCH` if content, encoder, template, options or shapes
 *   differ
 */
export function startFromOtherTowers(
  own: Arrays,
  initial: InitialTowers,
  config: TowerConfig,
  contentInfo: ContentInfo,
): Arrays {
  if (!config.items.content)
    throw errors.TOWERS_INIT_MISMATCH({
      problem: 'items.content is false, and only towers that read text can be taken over',
    });
  const { encoder, name, template } = initial.contentInfo;
  if (encoder !== contentInfo.encoder || template !== contentInfo.template)
    throw errors.TOWERS_INIT_MISMATCH({
      problem: `they use the encoder ${name} with the template "${template}", this run uses ${contentInfo.name} with "${contentInfo.template}"`,
    });
  for (const [group, option] of SHAPING) {
    const initialValue = (initial.config[group] as Record<string, unknown> | undefined)?.[option];
    const value = (config[group] as Record<string, unknown>)[option];
    if (initialValue !== value)
      throw errors.TOWERS_INIT_MISMATCH({
        problem: `their option ${group}.${option} is ${JSON.stringify(initialValue)}, this run's is ${JSON.stringify(value)}`,
      });
  }
  const result: Arrays = {};
  for (const [array, value] of Object.entries(own)) {
    const found = initial.parameters[array];
    if (array.startsWith('id/')) result[array] = value;
    else if (found === undefined) throw errors.TOWERS_INIT_MISMATCH({ problem: `they have no array "${array}"` });
    else if (String(found.shape) !== String(value.shape))
      throw errors.TOWERS_INIT_MISMATCH({
        problem: `the shape of their array "${array}" is [${found.shape}], this run's is [${value.shape}]`,
      });
    else result[array] = found;
  }
  return result;
}
