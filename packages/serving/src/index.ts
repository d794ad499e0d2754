export { type AuditEntry, type AuditLog, createAuditLog } from './access/audit.ts';
export { errors as accessErrors } from './access/errors.ts';
export { checkExposure } from './access/exposure.ts';
export { DEFAULT_NAMESPACE, type IssuedKey, type Key, type Keys, loadKeys, type NewKey } from './access/keys.ts';
export type { Rate } from './access/rate-limit.ts';
export { SCOPES, type Scope } from './access/scopes.ts';
export type { DashboardWorkspace } from './dashboard/source.ts';
export { errors as servingErrors } from './http/errors.ts';
export { createServer, type Server, type ServerOptions } from './http/server.ts';
