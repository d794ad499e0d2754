/**
 * `pnpm bench NAME [--json] [--quick] [--data DIR]`: runs one bench. Progress goes to stderr; stdout gets a readable
 * table, or with `--json` one line `{name, figures, peers, ratios, machine}`, the last. Exit codes: 0 measured,
 * 1 failed, 2 wrong usage.
 */
import { resolve } from 'node:path';
import { LorekeepError } from '@lorekeep/core';
import { Command, CommanderError } from 'commander';
import { machineFigures, matmulPeakGflops } from './machine.ts';
import { describeBenches, loadBench } from './registry.ts';
import { createReport, formatReport } from './result.ts';

const command = new Command('bench')
  .description('Measures one thing against a named peer, in one run.')
  .argument('<name>', 'which bench')
  .option('--json', 'print one JSON object, the last line of stdout')
  .option('--quick', 'a smaller run of the same kind: seconds, figures are indications only')
  .option('--data <directory>', 'real data (items.jsonl.gz, interactions.tsv.gz) instead of the simulated shop')
  .addHelpText('after', () => `\nBenches:\n${describeBenches()}`)
  .exitOverride()
  .action(async (name: string, flags: { json?: boolean; quick?: boolean; data?: string }) => {
    const bench = await loadBench(name);
    const start = performance.now();
    const log = (line: string) =>
      console.error(`${((performance.now() - start) / 1000).toFixed(1).padStart(7)}s  ${line}`);
    const atStart = machineFigures();
    const data = flags.data === undefined ? {} : { data: resolve(process.env.INIT_CWD ?? '.', flags.data) };
    const result = await bench.run({ quick: flags.quick === true, log, ...data });
    const machine = { ...atStart, matmul_gflops: await matmulPeakGflops() };
    const report = createReport(name, result, machine);
    console.log(flags.json === true ? JSON.stringify(report) : formatReport(report));
  });

try {
  await command.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? 0 : 2;
  } else if (error instanceof LorekeepError) {
    console.error(`${error.code}: ${error.message}${error.hint === undefined ? '' : `\n${error.hint}`}`);
    process.exitCode = error.kind === 'usage' ? 2 : 1;
  } else {
    console.error(error);
    process.exitCode = 1;
  }
}
