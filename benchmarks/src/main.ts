/**
 * `pnpm bench NAME [--json] [--quick] [--data DIR]`: runs one bench. Progress goes to stderr.
 * Stdout gets a readable table, or with `--json` the last line `{name, figures, peers, ratios,
 * machine}`. Exit codes: 0 measured, 1 failed, 2 wrong usage.
 */
import { resolve } from 'node:path';
import { LorekeepError } from '@lorekeep/core';
import { Command, CommanderError } from 'commander';
import { machineFigures, matmulPeakGflops } from './measure/machine.ts';
import { describeBenches, loadBench } from './registry.ts';
import { createReport, formatReport } from './result.ts';

const command = new Command('bench')
  .description('Runs one bench. A figure is measured in the same run as the peer that it is compared with.')
  .argument('<name>', 'name of the bench')
  .option('--json', 'print the result as one JSON object, the last line of stdout')
  .option('--quick', 'a smaller run of the same kind; its figures are indications only')
  .option('--data <directory>', 'data in this directory (items.jsonl.gz, interactions.tsv.gz), not the default data')
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
