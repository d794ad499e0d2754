export { type Client, type ClientOptions, createClient, type Name, type RequestOptions } from './client.ts';
export { ConnectionError, type Problem, ServiceError } from './failures.ts';
export type { Answer, Body, Input } from './types.ts';
