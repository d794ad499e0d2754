/**
 * Beginning at towers that another catalogue has trained (multi-domain pre-training). Whatever speaks of text and of
 * behaviour in general is taken over: the content path with its mean and whitening, the blocks, the user side. Whatever
 * speaks of single items is not: the ID table and its gate begin anew. So with `epochs: 0` what comes out is the zero-shot model, which knows
 * this catalogue by its text alone, and with more epochs it is fine-tuned.
 */
import type { Arrays } from '@lorekeep/graph';
import { errors } from '../errors.ts';
import type { TowerConfig } from '../options.ts';

/** Origin of the content vectors. */
export interface ContentInfo {
  /** `TextEncoder.id` */
  encoder: string;
  name: string;
  dim: number;
  isLanguageModel: boolean;
  /** The item-text template. */
  template: string;
}

export interface InitialTowers {
  /** Version and parameters (SHA-256) of the bundle they come from; goes into the new bundle's manifest. */
  from: { version: string; parameters: string };
  config: Record<string, unknown>;
  contentInfo: ContentInfo;
  parameters: Arrays;
}

/** Options that give the parameters their shape and meaning: they must be equal on both sides. */
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
 * `own` with everything replaced that can be taken over.
 *
 * @param own first values as `initialParameters` makes them at random
 * @throws LorekeepError `TOWERS_INIT_MISMATCH`
 */
export function startFromOtherTowers(
  own: Arrays,
  initial: InitialTowers,
  config: TowerConfig,
  contentInfo: ContentInfo,
): Arrays {
  if (!config.items.content)
    throw errors.TOWERS_INIT_MISMATCH({ problem: 'items.content is false: without text nothing can be taken over' });
  const { encoder, name, template } = initial.contentInfo;
  if (encoder !== contentInfo.encoder || template !== contentInfo.template)
    throw errors.TOWERS_INIT_MISMATCH({
      problem: `they read texts through ${name} and the template "${template}", this catalogue is read through ${contentInfo.name} and "${contentInfo.template}"`,
    });
  for (const [group, option] of SHAPING) {
    const theirs = (initial.config[group] as Record<string, unknown> | undefined)?.[option];
    const wanted = (config[group] as Record<string, unknown>)[option];
    if (theirs !== wanted)
      throw errors.TOWERS_INIT_MISMATCH({
        problem: `their option ${group}.${option} is ${JSON.stringify(theirs)}, this run's is ${JSON.stringify(wanted)}`,
      });
  }
  const result: Arrays = {};
  for (const [array, value] of Object.entries(own)) {
    const found = initial.parameters[array];
    if (array.startsWith('id/')) result[array] = value;
    else if (found === undefined) throw errors.TOWERS_INIT_MISMATCH({ problem: `they have no "${array}"` });
    else if (String(found.shape) !== String(value.shape))
      throw errors.TOWERS_INIT_MISMATCH({
        problem: `their "${array}" has the shape [${found.shape}], this run's [${value.shape}]`,
      });
    else result[array] = found;
  }
  return result;
}
