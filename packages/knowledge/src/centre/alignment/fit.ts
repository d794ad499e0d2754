/**
 * Maps from a new version onto a former one, and what they leave.
 *
 * A block that belongs to no interaction gets the orthogonal Procrustes map, or a ridge map if that
 * leaves too much. Blocks that interactions connect are mapped together:
 *
 * - `dot`: all of them get one orthogonal map, which leaves every inner product as it is.
 * - `product`: the product of two rotated factors is not the rotated product. A signed permutation,
 *   one permutation for all factors and signs for each, keeps the product up to order and signs. It is
 *   taken if it fits. Otherwise one orthogonal map for all factors, or one ridge map for each: the
 *   aligned factors then come close to the former ones, and so does their product, while the product
 *   of the new version itself changes. The residual of the product says how close.
 */
import type { AlignmentMap, KnowledgeAlignment } from '../contract/store.ts';
import type { KnowledgeLayout, PlacedBlock, PlacedInteraction } from '../schema/layout.ts';
import { bestAssignment } from './assignment.ts';
import type { BlockMaps } from './maps.ts';
import { type Moments, residualOf } from './moments.ts';
import { orthogonalFactor } from './orthogonal.ts';
import { interactionResidual } from './pairs.ts';
import { ridgeMap } from './ridge.ts';
import type { SharedEntries } from './shared-entries.ts';

export type Fit = Pick<KnowledgeAlignment, 'maps' | 'residuals' | 'residual'> & { blockMaps: BlockMaps };

interface Candidate {
  kind: AlignmentMap;
  maps: BlockMaps;
}

/** Blocks that interactions connect; a block without interaction is alone. */
interface Group {
  blocks: PlacedBlock[];
  interactions: PlacedInteraction[];
}

export function fitAlignment(layout: KnowledgeLayout, shared: SharedEntries, ridgeAbove: number): Fit {
  const fit: Fit = { maps: {}, residuals: {}, residual: 0, blockMaps: new Map() };
  for (const { blocks, interactions } of groupsOf(layout)) {
    const measure = ({ maps }: Candidate) => residualsOf(shared, blocks, interactions, maps);
    const worst = (candidate: Candidate) => {
      const residuals = measure(candidate);
      return Math.max(...(interactions.length > 0 ? interactions : blocks).map(({ name }) => residuals[name]));
    };
    const chosen = choose(candidatesOf(shared, blocks, interactions), worst, ridgeAbove);
    for (const { name } of blocks) {
      fit.maps[name] = chosen.kind;
      fit.blockMaps.set(name, chosen.maps.get(name) as Float64Array);
    }
    Object.assign(fit.residuals, measure(chosen));
  }
  const blocks = Object.values(layout.blocks).flat();
  const parts = [...blocks.filter(({ target }) => target >= 0), ...layout.interactions];
  fit.residual = Math.max(0, ...parts.map(({ name }) => fit.residuals[name]));
  return fit;
}

/** The first candidate that is good enough, else the best. Each is fitted only if it is needed. */
function choose(candidates: Iterable<Candidate>, worst: (one: Candidate) => number, enough: number): Candidate {
  let best: Candidate | undefined;
  let least = Infinity;
  for (const candidate of candidates) {
    const residual = worst(candidate);
    if (best === undefined || residual < least) {
      best = candidate;
      least = residual;
    }
    if (residual <= enough) break;
  }
  return best as Candidate;
}

function* candidatesOf(
  { fitted }: SharedEntries,
  blocks: PlacedBlock[],
  interactions: PlacedInteraction[],
): Generator<Candidate> {
  const moments = blocks.map(({ name }) => fitted.get(name) as Moments);
  const dim = blocks[0].dim;
  const onlyProducts = interactions.every(({ kind }) => kind === 'product');
  if (interactions.length > 0 && onlyProducts) {
    const order = bestAssignment(sumOf(moments, Math.abs), dim);
    const maps = blocks.map(({ name }, at) => [name, signedPermutation(order, moments[at].cross, dim)] as const);
    yield { kind: 'signed-permutation', maps: new Map(maps) };
  }
  const rotation = orthogonalFactor(
    sumOf(moments, (value) => value),
    dim,
  );
  yield { kind: 'orthogonal', maps: new Map(blocks.map(({ name }) => [name, rotation])) };
  if (!onlyProducts) return;
  const maps = blocks.map(({ name }, at) => [name, ridgeMap(moments[at].gram, moments[at].cross, dim)] as const);
  yield { kind: 'ridge', maps: new Map(maps) };
}

/** The cross products of all blocks, each relative to the size of its own. */
function sumOf(moments: Moments[], of: (value: number) => number): Float64Array {
  const sum = new Float64Array(moments[0].cross.length);
  for (const { cross, norm } of moments)
    if (norm > 0) for (let at = 0; at < sum.length; at++) sum[at] += of(cross[at] / norm);
  return sum;
}

function signedPermutation(order: Int32Array, cross: Float64Array, dim: number): Float64Array {
  const map = new Float64Array(dim * dim);
  order.forEach((column, row) => {
    map[row * dim + column] = cross[row * dim + column] < 0 ? -1 : 1;
  });
  return map;
}

function residualsOf(
  { heldOut, kept }: SharedEntries,
  blocks: PlacedBlock[],
  interactions: PlacedInteraction[],
  maps: BlockMaps,
): Record<string, number> {
  const residuals: Record<string, number> = {};
  for (const { name, dim } of blocks)
    residuals[name] = residualOf(heldOut.get(name) as Moments, maps.get(name) as Float64Array, dim);
  for (const interaction of interactions) residuals[interaction.name] = interactionResidual(kept, interaction, maps);
  return residuals;
}

function groupsOf({ blocks, interactions }: KnowledgeLayout): Group[] {
  const groups: Group[] = Object.values(blocks)
    .flat()
    .map((block) => ({ blocks: [block], interactions: [] }));
  for (const interaction of interactions) {
    const [into, from] = [interaction.user, interaction.item].map(
      (block) => groups.find((group) => group.blocks.includes(block)) as Group,
    );
    into.interactions.push(interaction);
    if (into === from) continue;
    into.blocks.push(...from.blocks);
    into.interactions.push(...from.interactions);
    groups.splice(groups.indexOf(from), 1);
  }
  return groups;
}
