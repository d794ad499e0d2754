/** Starts our service as a process and waits until it is ready. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { errors } from '../../errors.ts';
import { residentMb } from '../../measure/machine.ts';
import type { Usage } from './service.ts';

const SCRIPT = fileURLToPath(new URL('./service.ts', import.meta.url));

export interface Service {
  address: string;
  /** From the start of the process until it answers that it is ready. */
  startSeconds: number;
  usage(): Promise<Usage>;
  residentMb(): Promise<number>;
  close(): Promise<void>;
}

/**
 * @param dir workspace with a publication
 * @throws LorekeepError `BENCH_RUN_FAILED`
 */
export async function startService(dir: string): Promise<Service> {
  const started = performance.now();
  const child = spawn(process.execPath, [SCRIPT, dir], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async <T>(): Promise<T> => {
    const { value, done } = await lines.next();
    if (done) throw errors.BENCH_RUN_FAILED({ command: 'service.ts', answer: 'it ended' });
    return JSON.parse(value) as T;
  };
  const { address } = await next<{ address: string }>();
  while (!(await fetch(`${address}/readyz`)).ok) await new Promise((resolve) => setTimeout(resolve, 10));
  const startSeconds = (performance.now() - started) / 1000;
  return {
    address,
    startSeconds,
    usage() {
      child.stdin.write('usage\n');
      return next<Usage>();
    },
    residentMb: () => residentMb(child.pid),
    async close() {
      child.stdin.end();
      if (child.exitCode === null) await new Promise((resolve) => child.on('close', resolve));
    },
  };
}
