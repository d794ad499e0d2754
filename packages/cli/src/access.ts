/** The keys and the audit log of a workspace: two files beside its store. */
import { join } from 'node:path';
import { type AuditLog, createAuditLog, type Keys, loadKeys } from '@lorekeep/serving';
import type { Workspace } from '@lorekeep/workspace';

export const keysOf = ({ dir }: Workspace): Promise<Keys> => loadKeys(join(dir, 'keys.jsonl'));

export const auditOf = ({ dir }: Workspace): AuditLog => createAuditLog(join(dir, 'audit.jsonl'));
