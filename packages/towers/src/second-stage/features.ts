/**
 * A history's candidates, and what is said of each of them: the second stage's input. Everything is read from the sparse
 * tables of signals.ts, a history row at a time, so one question costs history × neighbours additions.
 *
 * EXPERIMENTS.md tells what each group of features gave.
 */
import { createLargest } from '../solved/neighbours.ts';
import type { LeftOut } from './leave-out.ts';
import { RECENT, type Signals, VIEWS, type View } from './signals.ts';

export const FEATURES = [
  // The closed form: as it ranks, and from where its score comes.
  'score',
  'rank',
  'fromLast',
  'fromLastButOne',
  'strongest',
  'relative',
  'confidence',
  'againstTenth',
  'shareOfAll',
  'undecayed',
  'steep',
  'supporters',
  'looseness',
  // Other solutions of the closed form (VIEWS): their score, and from where it comes.
  'eventsScore',
  'eventsFromLast',
  'eventsStrongest',
  'looseScore',
  'looseFromLast',
  'looseStrongest',
  'textualScore',
  'textualFromLast',
  'textualStrongest',
  // Text alone.
  'cosineLast',
  'cosineMean',
  'cosineMost',
  'cosineHistory',
  'cosineCandidates',
  // Order and time.
  'next',
  'nextDecayed',
  'before',
  'eraFromLast',
  'eraFromRecent',
  'era',
  'newestShare',
  // Candidate and user.
  'popularity',
  'historyLength',
  'inHistory',
  'lastPopularity',
  'meanPopularity',
  'lastEra',
  'eraSpread',
  'coherence',
  // Places among the candidates, from 0 to 1, by one thing alone.
  'placeFromLast',
  'placeByEvents',
  'placeByLoose',
  'placeByTextual',
  'placeByCosine',
  'placeByNext',
] as const;

export const WIDTH = FEATURES.length;
/** Candidates a question. */
export const CANDIDATES = 100;
/**
 * From this share of repeats on, a history's own items are candidates too. Logs of purchases are far below it (Amazon reviews 0 to .9 %), logs of
 * views far above (18 and 40 %); the closed form, whose diagonal is empty, proposes such an item only where another one of the history does.
 */
const OFTEN_AGAIN = 0.05;

const at = Object.fromEntries(FEATURES.map((name, index) => [name, index])) as Record<
  (typeof FEATURES)[number],
  number
>;

/** Where the features of each view stand. */
const VIEW_COLUMNS: Record<View, { score: number; fromLast: number; strongest: number }> = {
  events: { score: at.eventsScore, fromLast: at.eventsFromLast, strongest: at.eventsStrongest },
  loose: { score: at.looseScore, fromLast: at.looseFromLast, strongest: at.looseStrongest },
  textual: { score: at.textualScore, fromLast: at.textualFromLast, strongest: at.textualStrongest },
};

/** A weight from which a history item counts as a supporter of a candidate. */
const SUPPORT = 0.005;
const STEEP = 0.5;
/** Added to counts before they are divided by: what is rare is not sure. */
const SHRINK = 3;

/** Asked about in training: the weights and counts as they would be without the user's later events. */
export interface Without {
  weights: LeftOut;
  views: Partial<Record<View, LeftOut>>;
  /** Items of the later events that are not in the history as well. */
  later: ReadonlySet<number>;
  /** What is asked about: where it is no candidate, the features are not made. */
  target: number;
  /** Item of the user's newest training event. */
  newest: number;
  /** What the user's own events from this history into the later ones have put into `transitions`. */
  transitions: readonly { from: number; to: number; worth: number }[];
  eras: Float32Array;
}

export interface Candidates {
  /** How many there are: the rest of the arrays is filled with 0. */
  count: number;
  /** `[CANDIDATES]` item rows, by falling closed-form score; of equal ones, the lower row first. */
  items: Int32Array;
  /** `[CANDIDATES × WIDTH]` */
  features: Float32Array;
  /** `[count]` 1 for an item that nobody has chosen yet. The history's own items, where they are candidates for their own sake, have been. */
  unchosen: Uint8Array;
}

export interface FeatureReader {
  /**
   * @param history item rows, oldest first; −1 for an item the tables do not know
   * @param passes which items may be candidates. Default: all.
   * @returns arrays that the caller owns
   */
  read(history: ArrayLike<number>, passes?: (item: number) => boolean, without?: Without): Candidates;
}

/** Holds a few numbers an item, reused from call to call. Not for overlapping use. */
export function createFeatureReader(signals: Signals): FeatureReader {
  const { items, decay, weights, transitions, transitionsInto, users, newest, looseness, content } = signals;
  const views = VIEWS.flatMap((view) => {
    const table = signals.views[view];
    return table === undefined ? [] : [{ view, table, columns: VIEW_COLUMNS[view] }];
  });
  const dim = content === undefined ? 0 : content.length / items;
  const sums = new Float32Array(items);
  const touched = new Int32Array(items);
  /** 1 + an item's place among the candidates, 0 for others. */
  const place = new Uint16Array(items);
  const again = signals.repeats >= OFTEN_AGAIN;
  const best = createLargest(CANDIDATES);
  const bestScores = new Float32Array(CANDIDATES);
  /** Sums of text vectors: of the history, and of the candidates. */
  const [plain, proposed] = [new Float32Array(dim), new Float32Array(dim)];

  function chooseCandidates(
    recent: readonly number[],
    own: ReadonlySet<number>,
    passes: (item: number) => boolean,
    without?: Without,
  ) {
    let count = 0;
    recent.forEach((row, index) => {
      const worth = decay ** (recent.length - 1 - index);
      for (let entry = weights.offsets[row]; entry < weights.offsets[row + 1]; entry++) {
        const id = weights.ids[entry];
        const weight = without === undefined ? weights.values[entry] : without.weights.weight(row, entry);
        if (weight <= 0) continue;
        if (sums[id] === 0) touched[count++] = id;
        sums[id] += worth * weight;
      }
    });
    best.clear();
    for (let i = 0; i < count; i++) {
      const id = touched[i];
      if (sums[id] > best.least && passes(id)) best.offer(id, sums[id]);
    }
    const chosen = new Int32Array(CANDIDATES);
    bestScores.fill(0);
    let found = best.drain(chosen, bestScores, 0);
    if (own.size > 0) found = withOwn([...own].filter(passes), chosen, found);
    for (let i = 0; i < count; i++) sums[touched[i]] = 0;
    return { chosen, found };
  }

  /** The candidates once more, the history's own items among them where their score puts them: the last of the others make room. */
  function withOwn(own: readonly number[], chosen: Int32Array, found: number): number {
    const others = Array.from(chosen.subarray(0, found)).filter((item) => !own.includes(item));
    const all = [...own, ...others.slice(0, CANDIDATES - own.length)].sort((a, b) => sums[b] - sums[a] || a - b);
    all.forEach((item, i) => {
      chosen[i] = item;
      bestScores[i] = sums[item];
    });
    return all.length;
  }

  return {
    read(history, passes = () => true, without) {
      const known: number[] = [];
      for (let i = Math.max(0, history.length - RECENT); i < history.length; i++)
        if (history[i] >= 0) known.push(history[i]);
      const features = new Float32Array(CANDIDATES * WIDTH);
      const nothing = { count: 0, features, unchosen: new Uint8Array(0) };
      if (known.length === 0) return { ...nothing, items: new Int32Array(CANDIDATES) };
      /** What is proposed for its own sake. */
      const own = new Set(again ? known : []);
      /** Users who chose an item; the one who asks has chosen their own. */
      const choosers = (item: number) => Math.max(users[item], own.has(item) ? 1 : 0);
      const { chosen, found } = chooseCandidates(known, own, passes, without);
      if (without !== undefined && !chosen.subarray(0, found).includes(without.target))
        return { ...nothing, items: chosen };
      for (let i = 0; i < found; i++) place[chosen[i]] = i + 1;

      const newestFirst = known.toReversed();
      const last = newestFirst[0];
      const eras = without?.eras ?? signals.eras;
      const recentEra = newestFirst.slice(0, 3).reduce((sum, row, _, rows) => sum + eras[row] / rows.length, 0);
      newestFirst.forEach((row, age) => {
        const worth = decay ** age;
        const steep = STEEP ** age;
        for (let entry = weights.offsets[row]; entry < weights.offsets[row + 1]; entry++) {
          const to = (place[weights.ids[entry]] - 1) * WIDTH;
          if (to < 0) continue;
          const weight = without === undefined ? weights.values[entry] : without.weights.weight(row, entry);
          if (age === 0) features[to + at.fromLast] = weight;
          if (age === 1) features[to + at.fromLastButOne] = weight;
          features[to + at.strongest] = Math.max(features[to + at.strongest], weight);
          features[to + at.undecayed] += weight;
          features[to + at.steep] += steep * weight;
          if (weight > SUPPORT) features[to + at.supporters]++;
        }
        for (const { view, table, columns } of views) {
          const left = without?.views[view];
          for (let entry = table.offsets[row]; entry < table.offsets[row + 1]; entry++) {
            const to = (place[table.ids[entry]] - 1) * WIDTH;
            if (to < 0) continue;
            const weight = left === undefined ? table.values[entry] : left.weight(row, entry);
            features[to + columns.score] += worth * weight;
            features[to + columns.strongest] = Math.max(features[to + columns.strongest], weight);
            if (age === 0) features[to + columns.fromLast] = weight;
          }
        }
        const shrunk = 1 / (users[row] + SHRINK);
        for (let entry = transitions.offsets[row]; entry < transitions.offsets[row + 1]; entry++) {
          const to = (place[transitions.ids[entry]] - 1) * WIDTH;
          if (to < 0) continue;
          const share = (transitions.values[entry] - ownTransitions(row, transitions.ids[entry], without)) * shrunk;
          // The least transition counts REACH_DECAY²; less is what rounding left.
          if (share < 0.1 * shrunk) continue;
          features[to + at.nextDecayed] += worth * share;
          if (age === 0) features[to + at.next] = share;
        }
      });
      for (let entry = transitionsInto.offsets[last]; entry < transitionsInto.offsets[last + 1]; entry++) {
        const item = transitionsInto.ids[entry];
        if (place[item] > 0)
          features[(place[item] - 1) * WIDTH + at.before] = transitionsInto.values[entry] / (users[item] + SHRINK);
      }
      // All of them are 0 where nothing but the history itself is proposed.
      const highest = bestScores[0] || 1;
      const tenth = bestScores[Math.min(9, found - 1)] || highest;
      const all = bestScores.subarray(0, found).reduce((sum, score) => sum + score, 0) || 1;
      const meanPopularity = known.reduce((sum, row) => sum + users[row], 0) / known.length;
      const meanEra = known.reduce((sum, row) => sum + eras[row], 0) / known.length;
      const eraSpread = Math.sqrt(known.reduce((sum, row) => sum + (eras[row] - meanEra) ** 2, 0) / known.length);
      for (let i = 0; i < found; i++) {
        const item = chosen[i];
        const to = i * WIDTH;
        const later = without?.later.has(item) ? 1 : 0;
        features[to + at.score] = bestScores[i];
        features[to + at.rank] = i;
        features[to + at.relative] = bestScores[i] / highest;
        features[to + at.confidence] = bestScores[0];
        features[to + at.againstTenth] = bestScores[i] / tenth;
        features[to + at.shareOfAll] = bestScores[i] / all;
        features[to + at.looseness] = looseness[item] * (without === undefined ? 1 : without.weights.looser(item));
        features[to + at.popularity] = choosers(item) - later;
        features[to + at.newestShare] =
          (newest[item] - (without?.newest === item ? 1 : 0)) / (users[item] + SHRINK - later);
        features[to + at.eraFromLast] = eras[item] - eras[last];
        features[to + at.eraFromRecent] = eras[item] - recentEra;
        features[to + at.era] = eras[item];
        features[to + at.historyLength] = history.length;
        features[to + at.lastPopularity] = users[last];
        features[to + at.meanPopularity] = meanPopularity;
        features[to + at.lastEra] = eras[last];
        features[to + at.eraSpread] = eraSpread;
      }
      for (let age = 0; age < history.length; age++) {
        const row = history[history.length - 1 - age];
        const to = row < 0 ? -1 : (place[row] - 1) * WIDTH + at.inHistory;
        if (to >= 0) features[to] = Math.max(features[to], 1 / (1 + age));
      }
      if (content !== undefined) addCosines(features, chosen, found, newestFirst, content);
      addPlaces(features, found);
      for (let i = 0; i < found; i++) place[chosen[i]] = 0;
      for (let i = 0; i < found * WIDTH; i++) features[i] = squashed(features[i]);
      const unchosen = Uint8Array.from(chosen.subarray(0, found), (item) => (choosers(item) === 0 ? 1 : 0));
      return { count: found, items: chosen, features, unchosen };
    },
  };

  function addCosines(
    features: Float32Array,
    chosen: Int32Array,
    found: number,
    newestFirst: readonly number[],
    vectors: Float32Array,
  ): void {
    const addTo = (sum: Float32Array, row: number, worth: number) => {
      for (let k = 0, from = row * dim; k < dim; k++, from++) sum[k] += worth * vectors[from];
    };
    plain.fill(0);
    proposed.fill(0);
    for (const row of newestFirst) addTo(plain, row, 1);
    for (let i = 0; i < found; i++) addTo(proposed, chosen[i], bestScores[i] ** 2);
    const length = Math.sqrt(product(proposed, 0, proposed, 0, dim)) || 1;
    // Mean cosine of two different items of the history: of all ordered pairs, those of an item with itself left out.
    const pairs = newestFirst.length * (newestFirst.length - 1);
    const own = newestFirst.reduce((sum, row) => sum + product(vectors, row * dim, vectors, row * dim, dim), 0);
    const coherence = pairs === 0 ? 1 : (product(plain, 0, plain, 0, dim) - own) / pairs;
    const total = newestFirst.reduce((sum, _, age) => sum + decay ** age, 0);
    for (let i = 0; i < found; i++) {
      const to = i * WIDTH;
      const from = chosen[i] * dim;
      let most = -1;
      let sum = 0;
      let decayed = 0;
      for (let age = 0, worth = 1; age < newestFirst.length; age++, worth *= decay) {
        const similar = product(vectors, newestFirst[age] * dim, vectors, from, dim);
        if (age === 0) features[to + at.cosineLast] = similar;
        if (similar > most) most = similar;
        sum += similar;
        decayed += worth * similar;
      }
      features[to + at.cosineMost] = most;
      features[to + at.cosineMean] = decayed / total;
      features[to + at.cosineHistory] = sum / newestFirst.length;
      features[to + at.cosineCandidates] = product(proposed, 0, vectors, from, dim) / length;
      features[to + at.coherence] = coherence;
    }
  }
}

/** Inner product of `dim` numbers from two places. Four sums at a time, since each addition waits for the one before it. */
function product(a: Float32Array, aFrom: number, b: Float32Array, bFrom: number, dim: number): number {
  let [s0, s1, s2, s3] = [0, 0, 0, 0];
  const whole = dim - (dim % 4);
  let k = 0;
  for (; k < whole; k += 4) {
    s0 += a[aFrom + k] * b[bFrom + k];
    s1 += a[aFrom + k + 1] * b[bFrom + k + 1];
    s2 += a[aFrom + k + 2] * b[bFrom + k + 2];
    s3 += a[aFrom + k + 3] * b[bFrom + k + 3];
  }
  for (; k < dim; k++) s0 += a[aFrom + k] * b[bFrom + k];
  return s0 + s1 + s2 + s3;
}

function ownTransitions(from: number, to: number, without: Without | undefined): number {
  let sum = 0;
  for (const own of without?.transitions ?? []) if (own.from === from && own.to === to) sum += own.worth;
  return sum;
}

/** What is ranked by, and where its place goes. */
const PLACES = [
  [at.fromLast, at.placeFromLast],
  [at.eventsScore, at.placeByEvents],
  [at.looseScore, at.placeByLoose],
  [at.textualScore, at.placeByTextual],
  [at.cosineLast, at.placeByCosine],
  [at.nextDecayed, at.placeByNext],
] as const;

function addPlaces(features: Float32Array, found: number): void {
  for (const [by, place] of PLACES) {
    const order = Array.from({ length: found }, (_, i) => i);
    order.sort((a, b) => features[b * WIDTH + by] - features[a * WIDTH + by] || a - b);
    order.forEach((row, rank) => {
      features[row * WIDTH + place] = rank / CANDIDATES;
    });
  }
}

/** Weights near .01 and counts in the thousands on one scale, signs kept. */
const squashed = (value: number) => Math.sign(value) * Math.log1p(20 * Math.abs(value));
