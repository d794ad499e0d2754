/**
 * The schemas of jobs, for a service that takes and returns them. The jobs themselves are at
 * `Workspace.jobs`.
 *
 * @module @lorekeep/workspace/jobs
 */
export { errors as jobErrors } from './errors.ts';
export { jobSchema, jobStatusSchema, publicationSchema, runSchema, verdictSchema } from './records/answers.ts';
export { jobNameSchema, jobSettingsSchema } from './settings.ts';
