/** The machine in numbers, so that figures from two machines are never compared by accident. */
import { availableParallelism, cpus, freemem, loadavg, totalmem } from 'node:os';

/** Logical CPUs, those this process may use, memory in GiB, the load when asked, Node's version. */
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

/** The most memory this process has held so far, in MiB (its children not counted). */
export function peakRssMb(): number {
  return process.resourceUsage().maxRSS / 1024;
}
