/**
 * Features of a candidate from the linear model and from its variants: which history items support
 * it.
 */
import { type ItemStatistics, VARIANTS } from '../statistics/item-statistics.ts';
import { column, VARIANT_COLUMNS } from './feature-names.ts';
import type { FeatureGroup } from './query.ts';

/** A weight above which a history item counts as a supporter of a candidate. */
const MIN_SUPPORT = 0.005;
const STEEP_DECAY = 0.5;

export function createLinearFeatures({ weights }: ItemStatistics): FeatureGroup {
  const { offsets, ids, values } = weights;
  return {
    add({ newestFirst, features, leaveOut, startOf }) {
      newestFirst.forEach((row, age) => {
        const steep = STEEP_DECAY ** age;
        for (let entry = offsets[row]; entry < offsets[row + 1]; entry++) {
          const start = startOf(ids[entry]);
          if (start < 0) continue;
          const weight = leaveOut === undefined ? values[entry] : leaveOut.weights.weight(row, entry);
          if (age === 0) features[start + column.fromLast] = weight;
          if (age === 1) features[start + column.fromLastButOne] = weight;
          features[start + column.strongest] = Math.max(features[start + column.strongest], weight);
          features[start + column.undecayed] += weight;
          features[start + column.steep] += steep * weight;
          if (weight > MIN_SUPPORT) features[start + column.supporters]++;
        }
      });
    },
  };
}

export function createVariantFeatures({ variants, decay }: ItemStatistics): FeatureGroup {
  const tables = VARIANTS.flatMap((variant) => {
    const table = variants[variant];
    return table === undefined ? [] : [{ variant, table, columns: VARIANT_COLUMNS[variant] }];
  });
  return {
    add({ newestFirst, features, leaveOut, startOf }) {
      newestFirst.forEach((row, age) => {
        const recency = decay ** age;
        for (const { variant, table, columns } of tables) {
          const corrected = leaveOut?.variants[variant];
          for (let entry = table.offsets[row]; entry < table.offsets[row + 1]; entry++) {
            const start = startOf(table.ids[entry]);
            if (start < 0) continue;
            const weight = corrected === undefined ? table.values[entry] : corrected.weight(row, entry);
            features[start + columns.score] += recency * weight;
            features[start + columns.strongest] = Math.max(features[start + columns.strongest], weight);
            if (age === 0) features[start + columns.fromLast] = weight;
          }
        }
      });
    },
  };
}
