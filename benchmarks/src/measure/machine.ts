/** The machine in numbers, so that no reader compares figures of two machines by accident. */
import { spawn } from 'node:child_process';
import { availableParallelism, cpus, freemem, loadavg, totalmem } from 'node:os';

/**
 * Logical CPUs, threads that this process may use, memory in GiB, current load, version of Node.
 */
export function machineFigures(): Record<string, number> {
  const [major, minor] = process.versions.node.split('.').map(Number);
  return {
    cpus: cpus().length,
    threads: availableParallelism(),
    cpu_mhz: cpus()[0]?.speed ?? 0,
    memory_gb: totalmem() / 2 ** 30,
    free_memory_gb: freemem() / 2 ** 30,
    load_1min: loadavg()[0],
    node_major: major,
    node_minor: minor,
  };
}

/** Peak resident memory of this process since its start, in MiB, without its child processes. */
export function peakRssMb(): number {
  return process.resourceUsage().maxRSS / 1024;
}

/** Resident memory of another process in MiB, by `ps` (Linux and macOS); 0 after it has ended. */
export async function residentMb(pid: number | undefined): Promise<number> {
  const ps = spawn('ps', ['-o', 'rss=', '-p', String(pid)], { stdio: ['ignore', 'pipe', 'ignore'] });
  let text = '';
  ps.stdout.on('data', (piece) => (text += piece));
  await new Promise((resolve) => ps.on('close', resolve));
  return Number(text.trim()) / 1024;
}

/**
 * How fast this machine multiplies matrices in ONNX Runtime: GFLOP/s of one fp32 product of
 * `size³`, the best of `rounds`. Figures of work that consists of matrix products are compared with
 * it. It takes well under a second. Defaults: 1024, 10 rounds, all threads.
 */
export async function matmulPeakGflops({
  size = 1024,
  rounds = 10,
  threads = availableParallelism(),
}: {
  size?: number;
  rounds?: number;
  threads?: number;
} = {}): Promise<number> {
  // Loaded here, so that the graph compiler does not count in the memory figures of other benches.
  const { compileGraph, createSession, namedArray, tf } = await import('@lorekeep/graph');
  const shape = [size, size];
  const graph = compileGraph(({ a, b }) => ({ c: tf.matMul(a, b) }), { a: { shape }, b: { shape } });
  const session = await createSession(graph, { threads });
  try {
    const matrix = () => namedArray(shape, new Float32Array(size * size).fill(0.5));
    const feeds = { a: matrix(), b: matrix() };
    const into = { c: matrix() };
    let best = Number.POSITIVE_INFINITY;
    for (let round = 0; round < rounds; round++) {
      const start = performance.now();
      await session.run(feeds, into);
      best = Math.min(best, performance.now() - start);
    }
    return (2 * size ** 3) / best / 1e6;
  } finally {
    await session.close();
  }
}
