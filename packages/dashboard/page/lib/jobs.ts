/** What the page reads of the answers of `/v1/jobs` and `/v1/publications`. */

export interface JobRun {
  id: string;
  trigger: string;
  state: 'running' | 'succeeded' | 'failed' | 'cancelled' | 'interrupted';
  outcome?: string;
  startedAt: number;
  endedAt?: number;
  step?: string;
  progress?: { stage: string; done: number; total?: number; unit: string };
  verdict?: { reason: string };
  error?: { code: string; message: string };
}

export interface Job {
  name: string;
  settings: { enabled: boolean; every?: number; cron?: string; timeZone: string; afterEvents?: number };
  next: { at?: number; events?: number };
  running?: JobRun;
  last?: JobRun;
}

export interface JobList {
  jobs: Job[];
  isHeld: boolean;
}

export interface RunDetail {
  run: JobRun;
  log: string;
}

export interface PublicationList {
  publications: { version: string; createdAt: number; model: string | null; isLive: boolean; isRolledBack: boolean }[];
  isHeld: boolean;
}
