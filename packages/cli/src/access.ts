/** The keys and the audit log of a workspace, or of a folder of shops: two files in it. */
import { join } from 'node:path';
import { type AuditLog, createAuditLog, type Keys, loadKeys } from '@lorekeep/serving';
import type { Workspace } from '@lorekeep/workspace';

/** The folder of a workspace, or of many shops. */
export type KeysPlace = Pick<Workspace, 'dir'>;

export const keysOf = ({ dir }: KeysPlace): Promise<Keys> => loadKeys(join(dir, 'keys.jsonl'));

export const auditOf = ({ dir }: KeysPlace): AuditLog => createAuditLog(join(dir, 'audit.jsonl'));
