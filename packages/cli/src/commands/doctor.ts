/** `lorekeep doctor` */
import { diagnose, type FindingState } from '@lorekeep/workspace';
import { Unhealthy } from '../errors.ts';
import { fixOf } from '../guidance/hints.ts';
import { withTyped } from '../guidance/invocation.ts';
import { DEFAULT_HOST, DEFAULT_PORT } from '../options/options.ts';
import { userPath } from '../paths.ts';
import type { Output } from '../terminal.ts';

const MARKS: Record<FindingState, string> = { ok: 'ok', advice: '!!', optional: '--', missing: 'XX' };

export async function doctorCommand(output: Output, dir: string, verify: boolean): Promise<void> {
  const diagnosis = await diagnose({
    dir: userPath(dir),
    host: DEFAULT_HOST,
    port: DEFAULT_PORT,
    verify,
    endpointUrl: process.env.LOREKEEP_ENDPOINT,
    environment: process.env,
  });
  const { healthy } = diagnosis;
  const findings = diagnosis.findings.map((finding) => {
    const fix = fixOf(finding);
    return { ...finding, ...(fix === undefined ? {} : { fix: withTyped(fix) }) };
  });
  const lines = findings.flatMap(({ name, state, found, fix }) => [
    `${MARKS[state]}  ${name.padEnd(15)} ${found}`,
    ...(fix === undefined ? [] : [`    ${''.padEnd(15)} → ${fix}`]),
  ]);
  output.result({ healthy, findings }, lines.join('\n'));
  if (!healthy) throw new Unhealthy();
}
