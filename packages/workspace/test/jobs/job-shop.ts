/**
 * A shop for jobs: users stay with one topic, so a model that learns finds the next item far more often
 * than chance. Its events come in days.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRandom } from '@lorekeep/core';
import type { Event } from '@lorekeep/store';
import { makeItems, TOPIC_NAMES } from '@lorekeep/testing';
import { type JobRun, type JobSettingsInput, openWorkspace, type Workspace } from '@lorekeep/workspace';

const USERS = 160;
export const DAY = 86_400;
const FIRST_DAY = 1_700_000_000;

export const LINEAR: JobSettingsInput = { train: { preset: 'linear' }, threads: 1 };
/** Untrained towers: an order by chance. */
export const BAD: JobSettingsInput = {
  train: {
    preset: 'sasrec',
    config: { training: { epochs: 0 }, network: { dim: 8, hidden: 8, start: 'random' } },
  },
  threads: 1,
};

/** @param each events of each user on that day */
export function eventsOfDay(day: number, each = 3): Event[] {
  const random = createRandom(100 + day);
  return Array.from({ length: USERS * each }, (_, n): Event => {
    const user = n % USERS;
    const topic = TOPIC_NAMES[user % TOPIC_NAMES.length];
    // The second half of a topic is not sold before the third day: only fresh events show it.
    const item = day < 3 ? random.int(10) : 10 + random.int(10);
    return { user: `user-${user}`, item: `${topic}-${item}`, type: 'purchase', timestamp: FIRST_DAY + day * DAY + n };
  });
}

export interface JobShop {
  dir: string;
  workspace: Workspace;
  /** A run from its start to its end. */
  run(job: string): Promise<JobRun>;
  close(): Promise<void>;
}

export async function openJobShop(): Promise<JobShop> {
  const parent = await mkdtemp(join(tmpdir(), 'lorekeep-jobs-'));
  const dir = join(parent, 'shop');
  const workspace = await openWorkspace(dir, { create: true });
  await workspace.store.upsertItems(makeItems());
  await workspace.store.appendEvents(eventsOfDay(0, 5));
  await workspace.encode({ model: 'lexical' });
  return {
    dir,
    workspace,
    async run(job) {
      const { id } = await workspace.jobs.run(job);
      return workspace.jobs.wait(job, id);
    },
    async close() {
      await workspace.close();
      await rm(parent, { recursive: true, force: true });
    },
  };
}

export const liveOf = async ({ jobs }: Workspace) =>
  (await jobs.publications()).publications.find(({ isLive }) => isLive)?.version;
