export type { DashboardWorkspace } from './dashboard/source.ts';
export { errors as servingErrors } from './http/errors.ts';
export { createServer, type Server, type ServerOptions } from './http/server.ts';
