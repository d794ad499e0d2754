/** The counts that the routes share, and how to begin them anew. */
import { errorCode } from '@lorekeep/core';
import { readCurrent } from '@lorekeep/recommender';
import { eventMeaning } from '@lorekeep/store';
import type { DashboardSource } from './source.ts';
import { type EventSurvey, surveyEvents } from './survey/events.ts';
import { type ItemSurvey, type SurveyEncoder, surveyItems } from './survey/items.ts';
import { type OutcomeSurvey, surveyOutcomes } from './survey/outcomes.ts';
import { type Projection, projectSpace } from './survey/projection.ts';
import { createSurvey, type Survey, type SurveyRun } from './survey/survey.ts';

const BATCH = 256;
/** Characters of a title on the map. */
const TITLE = 80;

export interface CatalogueSurvey extends ItemSurvey {
  /** With the titles of its rows. Absent if no item has a vector. */
  projection?: Projection & { titles: (string | null)[] };
}

export interface Surveys {
  items: Survey<CatalogueSurvey>;
  events: Survey<EventSurvey>;
  outcomes: Survey<OutcomeSurvey>;
  close(): Promise<void>;
}

/** @param itemWrites number of writes of items that this process has taken */
export function createSurveys({ workspace }: DashboardSource, itemWrites: () => number): Surveys {
  const store = () => workspace().store;
  const items = createSurvey(
    store,
    async () => {
      const encoder = await publishedEncoder(workspace().dir);
      return JSON.stringify([encoder, (await store().counts()).items, itemWrites()]);
    },
    async (run): Promise<CatalogueSurvey> => {
      const survey = await surveyItems(run, await publishedEncoder(workspace().dir));
      if (survey.space === undefined) return survey;
      const projection = await projectSpace(survey.space);
      const ids = projection.rows.map((row) => survey.ids[row]);
      return { ...survey, projection: { ...projection, titles: await titlesOf(run, ids) } };
    },
  );
  const events = createSurvey(
    store,
    async () => JSON.stringify([(await store().counts()).events, await store().eventRules()]),
    async (run) => {
      const rules = await run.store.eventRules();
      const roles = new Map<string, boolean>();
      return surveyEvents(run, (type) => {
        let isPositive = roles.get(type);
        if (isPositive === undefined) {
          isPositive = eventMeaning(type, rules).role === 'positive';
          roles.set(type, isPositive);
        }
        return isPositive;
      });
    },
  );
  const outcomes = createSurvey(store, async () => JSON.stringify((await store().counts()).events), surveyOutcomes);
  return {
    items,
    events,
    outcomes,
    async close() {
      await items.close();
      await events.close();
      await outcomes.close();
    },
  };
}

/** `undefined` before the first publication. */
async function publishedEncoder(dir: string): Promise<SurveyEncoder | undefined> {
  try {
    const { encoder, template } = (await readCurrent(dir)).manifest;
    return { id: encoder.id, name: encoder.name, dim: encoder.dim, template };
  } catch (error) {
    if (errorCode(error) === 'PUBLICATION_MISSING') return undefined;
    throw error;
  }
}

async function titlesOf({ store, next }: SurveyRun, ids: readonly string[]): Promise<(string | null)[]> {
  const titles: (string | null)[] = [];
  for (let from = 0; from < ids.length; from += BATCH) {
    const items = await store.getItems(ids.slice(from, from + BATCH));
    titles.push(...items.map((item) => item?.title?.slice(0, TITLE).toWellFormed() ?? null));
    await next(titles.length, ids.length);
  }
  return titles;
}
