/**
 * The script that a shop puts into its pages, so that impressions and clicks reach the service with
 * the id of the list. Its sources are in `browser/`, and it is built into `dist/script/`.
 *
 * @module @lorekeep/snippet
 */
export { errors as snippetErrors } from './errors.ts';
export { type SnippetFile, snippetFile } from './file.ts';
