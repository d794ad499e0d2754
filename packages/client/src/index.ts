export { type Client, type ClientOptions, createClient, type Name, type RequestOptions } from './client.ts';
export { ConnectionError, type Problem, ServiceError } from './failures.ts';
export { createTracker, type ListShown, type Tracker, type TrackerOptions } from './tracker.ts';
export type { Answer, Body, EventInput, Input, ItemInput } from './types.ts';
export { UploadError, type Uploaded, type UploadOptions, uploadEvents, uploadItems } from './upload.ts';
