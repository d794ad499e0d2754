/**
 * The audit log: who did what as an administrator, one JSON line each, only ever appended to. It
 * names keys by id and routes by template, so that no id of a user gets into it: the log of an
 * erasure must not keep what was erased.
 */
import { open } from 'node:fs/promises';
import { errors } from './errors.ts';

export interface AuditEntry {
  /** ISO 8601, UTC. */
  at: string;
  /** The id of the key; `local` for a request that needed none, `command line` for a command. */
  who: string;
  /** Method and route template, or the command. */
  what: string;
  /** The id of the key that was changed. */
  target?: string;
  /** HTTP status. */
  status?: number;
  /** Of the error, if it was refused or failed. */
  code?: string;
  /** Finds the request in the log of the service. */
  request?: string;
}

export interface AuditLog {
  /**
   * Resolves when the entry is on disk.
   * @throws LorekeepError `AUDIT_UNWRITABLE`
   */
  record(entry: Omit<AuditEntry, 'at'>): Promise<void>;
  /**
   * Whether an entry could be written now: a call that cannot be recorded is not made.
   * @throws LorekeepError `AUDIT_UNWRITABLE`
   */
  check(): Promise<void>;
}

/** An audit log in a file, which is opened for each entry: it may be moved away at any time. */
export function createAuditLog(path: string): AuditLog {
  async function append(line: string): Promise<void> {
    try {
      const file = await open(path, 'a', 0o600);
      try {
        if (line !== '') {
          await file.write(line);
          await file.sync();
        }
      } finally {
        await file.close();
      }
    } catch (error) {
      throw errors.AUDIT_UNWRITABLE({ reason: (error as NodeJS.ErrnoException).code ?? 'unknown' }, error);
    }
  }
  return {
    record: (entry) => append(`${JSON.stringify({ at: new Date().toISOString(), ...entry })}\n`),
    check: () => append(''),
  };
}
