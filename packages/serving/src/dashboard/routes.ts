/**
 * What the page reads: `/v1/admin/…`. All of it is for those who run the shop, so that one check of a
 * key guards this prefix.
 */
import { errorCode } from '@lorekeep/core';
import {
  dataSchema,
  exposureSchema,
  itemViewSchema,
  knowledgeSchema,
  landingSchema,
  mapSchema,
  modelSchema,
  outcomesSchema,
  systemSchema,
  userViewSchema,
} from '@lorekeep/dashboard';
import { type PublicationManifest, readCurrent } from '@lorekeep/recommender';
import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { bodyFailures, failures, notFound } from '../http/failures.ts';
import { idPathSchema } from '../http/schemas.ts';
import { ADMIN, FIGURES } from './access.ts';
import type { ExposureCounts } from './recorder/exposure.ts';
import type { Traffic } from './recorder/traffic.ts';
import { kQuerySchema, landingBodySchema } from './schemas.ts';
import type { DashboardSource } from './source.ts';
import type { Surveys } from './surveys.ts';
import { dataView } from './views/data.ts';
import { itemView, landingView, mapView, userView } from './views/explorer.ts';
import { createKnowledgeView } from './views/knowledge.ts';
import { createModelView } from './views/model.ts';
import { outcomesView } from './views/outcomes.ts';
import { exposureView, systemView } from './views/system.ts';

export interface DashboardParts {
  source: DashboardSource;
  traffic: Traffic;
  exposure: ExposureCounts;
  surveys: Surveys;
}

export function addDashboardRoutes(plain: FastifyInstance, { source, traffic, exposure, surveys }: DashboardParts) {
  const routes = plain.withTypeProvider<ZodTypeProvider>();
  const { workspace, live, engine } = source;
  const modelView = createModelView(workspace);
  const knowledgeView = createKnowledgeView(workspace, engine);
  const read = () => ({ engine: live(), store: workspace().store, surveys });
  const tags = ['dashboard'];

  routes.get(
    '/v1/admin/system',
    {
      ...FIGURES,
      schema: {
        operationId: 'systemHealth',
        summary: 'Requests, times to answer, memory, event loop and index of this process',
        tags,
        response: { 200: systemSchema, ...failures },
      },
    },
    async () => systemView(traffic, engine(), await currentManifest(source)),
  );

  routes.get(
    '/v1/admin/model',
    {
      ...FIGURES,
      schema: {
        operationId: 'modelHealth',
        summary: 'The served model, how it was trained, how good it is, and earlier versions',
        tags,
        response: { 200: modelSchema, ...failures },
      },
    },
    () => modelView(),
  );

  routes.get(
    '/v1/admin/data',
    {
      ...FIGURES,
      schema: {
        operationId: 'dataHealth',
        summary: 'Items, users, events by day and type, and imports',
        tags,
        response: { 200: dataSchema, ...failures },
      },
    },
    () => dataView(workspace(), surveys),
  );

  routes.get(
    '/v1/admin/outcomes',
    {
      ...FIGURES,
      schema: {
        operationId: 'outcomeHealth',
        summary: 'Clicks, purchases and value of impressions, by surface and position, with intervals',
        tags,
        response: { 200: outcomesSchema, ...failures },
      },
    },
    async () => {
      workspace();
      return outcomesView(surveys);
    },
  );

  routes.get(
    '/v1/admin/exposure',
    {
      ...FIGURES,
      schema: {
        operationId: 'exposureHealth',
        summary: 'What the lists since the start consist of',
        tags,
        response: { 200: exposureSchema, ...failures },
      },
    },
    () => exposureView(exposure, engine(), workspace()),
  );

  routes.get(
    '/v1/admin/knowledge',
    {
      ...FIGURES,
      schema: {
        operationId: 'knowledgeHealth',
        summary: 'Spaces and versions of knowledge, and how often it was found',
        tags,
        response: { 200: knowledgeSchema, ...failures },
      },
    },
    () => knowledgeView(),
  );

  routes.get(
    '/v1/admin/map',
    {
      ...FIGURES,
      schema: {
        operationId: 'itemMap',
        summary: 'The items in the plane, by their text vectors',
        tags,
        response: { 200: mapSchema, ...failures },
      },
    },
    async () => {
      workspace();
      return mapView(surveys);
    },
  );

  routes.get(
    '/v1/admin/users/:id',
    {
      ...ADMIN,
      schema: {
        operationId: 'exploreUser',
        summary: 'A user: history and answer',
        tags,
        params: idPathSchema,
        querystring: kQuerySchema,
        response: { 200: userViewSchema, ...failures, ...notFound('user') },
      },
    },
    ({ params, query }) => userView(read(), params.id, query.k),
  );

  routes.get(
    '/v1/admin/items/:id',
    {
      ...ADMIN,
      schema: {
        operationId: 'exploreItem',
        summary: 'An item: neighbours by text and by behaviour',
        tags,
        params: idPathSchema,
        querystring: kQuerySchema,
        response: { 200: itemViewSchema, ...failures, ...notFound('item') },
      },
    },
    ({ params, query }) => itemView(read(), params.id, query.k),
  );

  routes.post(
    '/v1/admin/landing',
    {
      ...ADMIN,
      schema: {
        operationId: 'exploreLanding',
        summary: 'Where an item would land that is not stored; nothing is written',
        tags,
        body: landingBodySchema,
        response: { 200: landingSchema, ...failures, ...bodyFailures },
      },
    },
    ({ body: { item, k } }) => landingView(read(), item, k),
  );
}

/** `undefined` where nothing is published. */
async function currentManifest({ workspace, engine }: DashboardSource): Promise<PublicationManifest | undefined> {
  const { dir } = workspace();
  if (engine() === undefined) return undefined;
  const current = await readCurrent(dir).catch((error: unknown) => {
    if (errorCode(error) === 'PUBLICATION_MISSING') return undefined;
    throw error;
  });
  return current?.manifest;
}
