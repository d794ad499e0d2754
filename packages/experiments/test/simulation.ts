/** Users with click rates of their own, who come back; looked at every day. */
import type { Random } from '@lorekeep/core';
import { addUser, emptySums, type Ratio, ratioOf } from '../src/index.ts';

export interface SimulationOptions {
  users: number;
  days: number;
  /** Click rate of a list, by arm: the mean over users. */
  rates: readonly [number, number];
}

export interface Look {
  control: Ratio;
  treatment: Ratio;
  lists: number;
}

/** One look a day. Half of the users are in each arm; click rates vary by a factor of three around the mean. */
export function simulate({ users, days, rates }: SimulationOptions, random: Random): Look[] {
  const arms = Array.from({ length: users }, () => random.int(2));
  const factors = Array.from({ length: users }, () => 0.5 + random.next());
  const lists = new Float64Array(users);
  const clicks = new Float64Array(users);
  return Array.from({ length: days }, () => {
    for (let user = 0; user < users; user++) {
      if (random.next() > 0.3) continue;
      const rate = rates[arms[user]] * factors[user];
      for (let shown = 1 + random.int(3); shown > 0; shown--) {
        lists[user]++;
        if (random.next() < rate) clicks[user]++;
      }
    }
    const sums = [emptySums(), emptySums()];
    for (let user = 0; user < users; user++) if (lists[user] > 0) addUser(sums[arms[user]], clicks[user], lists[user]);
    const [control, treatment] = sums.map((one) => ratioOf(one));
    return { control, treatment, lists: sums[0].denominator + sums[1].denominator };
  });
}
