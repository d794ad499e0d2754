/**
 * The errors that only the HTTP service makes. Those of the engine and the store come with their
 * own status.
 */
import { defineErrors, failure, usage } from '@lorekeep/core';

/** Longest piece of a request that an error repeats, in UTF-16 units. */
const MAX_QUOTED = 150;

/** Part of a request for an error: well-formed, and short however long the request is. */
export const quoted = (text: string) =>
  (text.length <= MAX_QUOTED ? text : `${text.slice(0, MAX_QUOTED)}…`).toWellFormed();

export const errors = defineErrors({
  ENGINE_NOT_READY: failure({
    http: 503,
    message: 'The model is still loading.',
    hint: 'Request /readyz until it answers 200.',
  }),
  ENGINE_LOAD_FAILED: failure<{ code: string }>({
    http: 503,
    message: ({ code }) => `The model could not be loaded (${code}).`,
    hint: 'Find the cause in the log of the service, fix it and restart the service.',
  }),
  ENGINE_MISSING: usage({
    http: 503,
    message: 'This service only ranks and serves knowledge.',
    hint: 'Ask a service that was started with a published version.',
  }),
  NOTHING_TO_SERVE: usage({
    http: 503,
    message: 'This service has neither a ranker nor published knowledge.',
    hint: 'Train a ranker or publish knowledge; the service finds them within seconds.',
  }),
  WORKSPACE_NOT_GIVEN: usage({
    http: 503,
    message: 'This service was started without its workspace, which the dashboard reads.',
    hint: 'Give `createServer` the option `workspace`.',
  }),
  KNOWLEDGE_UNREACHABLE: failure({
    http: 503,
    message: 'The knowledge store did not answer.',
    hint: 'Send the same request again in a moment.',
  }),
  ENCODER_UNREACHABLE: failure({
    http: 503,
    message: 'The text encoder does not answer at the moment.',
    hint: 'Send the same request again later.',
  }),
  SERVICE_OVERLOADED: failure<{ requests: 'read' | 'write'; reason: 'queue' | 'event-loop' }>({
    http: 503,
    message: ({ requests, reason }) =>
      reason === 'queue'
        ? `Too many ${requests} requests are waiting already. Nothing of this one was done.`
        : 'The service is overloaded at the moment. Nothing of this request was done.',
    hint: 'Send the same request again after the time in Retry-After, or to another instance.',
  }),
  ROUTE_UNKNOWN: usage<{ method: string; url: string }>({
    http: 404,
    message: ({ method, url }) => `There is no route for ${method} ${url}.`,
    hint: 'See /openapi.json for the routes.',
  }),
  METHOD_NOT_ALLOWED: usage<{ method: string; url: string; allowed: readonly string[] }>({
    http: 405,
    message: ({ method, url }) => `${url} does not take ${method}.`,
    hint: ({ allowed }) => `Send ${allowed.join(' or ')}.`,
  }),
  BODY_NOT_JSON: usage<{ reason: string }>({
    http: 400,
    message: ({ reason }) => `The body is not acceptable JSON: ${reason}.`,
    hint: 'Send one JSON value in UTF-8 with content-type application/json.',
  }),
  BODY_TOO_LARGE: usage<{ limit: number }>({
    http: 413,
    message: ({ limit }) => `The body is larger than ${limit} bytes.`,
    hint: 'Send smaller batches.',
  }),
  MEDIA_TYPE_UNSUPPORTED: usage<{ given: string }>({
    http: 415,
    message: ({ given }) => `A body of type ${given} is not supported.`,
    hint: 'Send uncompressed JSON in UTF-8 with content-type application/json.',
  }),
  REQUEST_MALFORMED: usage<{ reason: string }>({
    http: 400,
    message: ({ reason }) => `The request is not valid HTTP: ${reason}.`,
    hint: 'Check the URL, the headers and the length of the body.',
  }),
  HOST_NOT_ALLOWED: usage<{ host: string }>({
    http: 403,
    message: ({ host }) => `This service does not answer for the host ${JSON.stringify(host)}.`,
    hint: 'Use the address that the service was started with, or start it with this name as an allowed host.',
  }),
  INTERNAL: failure<{ requestId: string }>({
    http: 500,
    message: 'The service failed to answer.',
    hint: ({ requestId }) => `Its log has the cause under the request id ${requestId}.`,
  }),
  SERVER_CANNOT_LISTEN: usage<{ host: string; port: number; code: string }>({
    message: ({ host, port, code }) =>
      code === 'EADDRINUSE'
        ? `Port ${port} of ${host} is already in use.`
        : `The service cannot listen on ${host}:${port} (${code}).`,
    hint: 'Choose another port or host; port 0 takes any free port.',
  }),
});
