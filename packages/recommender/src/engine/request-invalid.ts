/** `REQUEST_INVALID` from any number of issues: it lists the first ones and counts the rest. */
import type { LorekeepError } from '@lorekeep/core';
import { errors, type RequestIssue } from '../errors.ts';

/** Most issues that one error lists. */
const MAX_ISSUES = 20;
/** Longest path or message of an issue: both may quote the request. */
const MAX_ISSUE_LENGTH = 200;

/** @param issues at least one */
export function requestInvalid(issues: readonly RequestIssue[]): LorekeepError {
  const cut = (text: string) =>
    (text.length <= MAX_ISSUE_LENGTH ? text : `${text.slice(0, MAX_ISSUE_LENGTH)}…`).toWellFormed();
  const listed = issues.slice(0, MAX_ISSUES).map(({ path, message }) => ({ path: cut(path), message: cut(message) }));
  const more = issues.length - listed.length;
  return errors.REQUEST_INVALID({ issues: listed, ...(more === 0 ? {} : { more }) });
}
