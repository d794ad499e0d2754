/**
 * Jobs and publications over HTTP, for administrators. A run is a process of its own, which this
 * service starts and does not wait for.
 */
import type { Workspace } from '@lorekeep/workspace';
import {
  jobNameSchema,
  jobSchema,
  jobSettingsSchema,
  jobStatusSchema,
  publicationSchema,
  runSchema,
} from '@lorekeep/workspace/jobs';
import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { bodyFailures, failures, notFound } from '../http/failures.ts';
import { errorSchema } from '../http/schemas.ts';

const jobPath = z.object({ name: jobNameSchema.describe('The name of a job.') });
const runPath = jobPath.extend({ id: z.string().min(1).max(100).describe('The id of a run.') });
const conflict = (what: string) => ({ 409: errorSchema.describe(what) });

/** A page reads these again every few seconds. */
const LOOKED_AT = { scope: 'admin', isAudited: false } as const;
const ADMIN = { scope: 'admin' } as const;
const MAX_RUNS = 100;

/** @param workspace throws if the service was started without one */
export function addJobRoutes(plain: FastifyInstance, workspace: () => Pick<Workspace, 'jobs'>): void {
  const routes = plain.withTypeProvider<ZodTypeProvider>();
  const jobs = () => workspace().jobs;
  const tags = ['jobs'];

  routes.get(
    '/v1/jobs',
    {
      config: LOOKED_AT,
      schema: {
        operationId: 'listJobs',
        summary: 'All jobs, with what they wait for and their last runs',
        tags,
        response: {
          200: z.object({
            jobs: z.array(jobStatusSchema),
            isHeld: z.boolean().describe('Since a rollback, no job runs by itself or publishes.'),
          }),
          ...failures,
        },
      },
    },
    async () => ({ jobs: await jobs().list(), isHeld: (await jobs().publications()).isHeld }),
  );

  routes.get(
    '/v1/jobs/:name',
    {
      config: LOOKED_AT,
      schema: {
        operationId: 'getJob',
        summary: 'A job',
        tags,
        params: jobPath,
        response: { 200: jobStatusSchema, ...failures, ...notFound('job') },
      },
    },
    ({ params }) => jobs().get(params.name),
  );

  routes.put(
    '/v1/jobs/:name',
    {
      config: ADMIN,
      schema: {
        operationId: 'putJob',
        summary: 'Add a job, or replace it as a whole',
        tags,
        params: jobPath,
        body: jobSettingsSchema,
        response: {
          200: jobSchema,
          ...failures,
          ...bodyFailures,
          ...conflict('There are as many jobs as a shop can have.'),
        },
      },
    },
    ({ params, body }) => jobs().put(params.name, body),
  );

  routes.delete(
    '/v1/jobs/:name',
    {
      config: ADMIN,
      schema: {
        operationId: 'deleteJob',
        summary: 'Remove a job; the history of its runs stays',
        tags,
        params: jobPath,
        response: { 200: z.object({ deleted: z.string() }), ...failures, ...notFound('job') },
      },
    },
    async ({ params }) => {
      await jobs().remove(params.name);
      return { deleted: params.name };
    },
  );

  routes.post(
    '/v1/jobs/:name/run',
    {
      config: ADMIN,
      schema: {
        operationId: 'runJob',
        summary: 'Start a run now; it goes on when this answers',
        tags,
        params: jobPath,
        response: { 200: runSchema, ...failures, ...notFound('job'), ...conflict('A job runs already.') },
      },
    },
    ({ params }) => jobs().run(params.name),
  );

  routes.post(
    '/v1/jobs/:name/cancel',
    {
      config: ADMIN,
      schema: {
        operationId: 'cancelJob',
        summary: 'Stop the run of a job; answers when it has ended',
        tags,
        params: jobPath,
        response: { 200: runSchema, ...failures, ...notFound('job'), ...conflict('The job does not run.') },
      },
    },
    ({ params }) => jobs().cancel(params.name),
  );

  routes.get(
    '/v1/jobs/:name/runs',
    {
      config: LOOKED_AT,
      schema: {
        operationId: 'listRuns',
        summary: `The newest ${MAX_RUNS} runs of a job, newest first`,
        tags,
        params: jobPath,
        response: { 200: z.object({ runs: z.array(runSchema) }), ...failures },
      },
    },
    async ({ params }) => ({ runs: (await jobs().runs(params.name)).slice(0, MAX_RUNS) }),
  );

  routes.get(
    '/v1/jobs/:name/runs/:id',
    {
      config: LOOKED_AT,
      schema: {
        operationId: 'getRun',
        summary: 'A run: progress, verdict and the end of its log',
        tags,
        params: runPath,
        response: {
          200: z.object({ run: runSchema, log: z.string().describe('At most 20,000 characters: its last lines.') }),
          ...failures,
          ...notFound('run'),
        },
      },
    },
    ({ params }) => jobs().getRun(params.name, params.id),
  );

  routes.get(
    '/v1/publications',
    {
      config: LOOKED_AT,
      schema: {
        operationId: 'listPublications',
        summary: 'The publications on disk, newest first',
        tags,
        response: { 200: z.object({ publications: z.array(publicationSchema), isHeld: z.boolean() }), ...failures },
      },
    },
    () => jobs().publications(),
  );

  routes.post(
    '/v1/publications/rollback',
    {
      config: ADMIN,
      schema: {
        operationId: 'rollBack',
        summary: 'Make a former publication live, and hold the jobs',
        tags,
        body: z.strictObject({
          to: z.string().min(1).max(100).optional().describe('Default: the publication before the live one.'),
        }),
        response: {
          200: z.object({ from: z.string(), to: z.string(), model: z.string().nullable() }),
          ...failures,
          ...bodyFailures,
          ...conflict('There is no such publication to go back to, or something is being published now.'),
        },
      },
    },
    async (request) => {
      const result = await jobs().rollback(request.body.to);
      request.auditTarget = result.to;
      return result;
    },
  );

  routes.post(
    '/v1/publications/resume',
    {
      config: ADMIN,
      schema: {
        operationId: 'resumePublishing',
        summary: 'After a rollback: let jobs run and publish again',
        tags,
        response: { 200: z.object({ isHeld: z.literal(false) }), ...failures },
      },
    },
    async () => {
      await jobs().resume();
      return { isHeld: false as const };
    },
  );
}
