/** Every error of the bench room. Codes are stable; `docs/errors.md` explains them. */
import { LorekeepError } from '@lorekeep/core';

export function unknownBench(name: string, known: readonly string[]): LorekeepError {
  return new LorekeepError('BENCH_UNKNOWN', `There is no bench called "${name}".`, {
    kind: 'usage',
    hint: `Choose one of: ${known.join(', ')}.`,
    details: { name, known },
  });
}

export function badBenchResult(name: string, where: string, value: unknown): LorekeepError {
  return new LorekeepError(
    'BENCH_BAD_RESULT',
    `Bench "${name}" gave ${String(value)} as ${where}: not a finite number.`,
    {
      hint: 'A figure that could not be measured must be left out or the bench must fail; it is never NaN.',
      details: { name, where },
    },
  );
}

export function badInterleave(message: string): LorekeepError {
  return new LorekeepError('BENCH_BAD_ROUNDS', message, {
    kind: 'usage',
    hint: 'Give at least one contestant, distinct names, rounds ≥ 1 and warmup ≥ 0.',
  });
}

export function peerPythonMissing(tried: readonly string[], cause?: unknown): LorekeepError {
  return new LorekeepError('PEER_PYTHON_MISSING', `No working Python 3 was found (tried ${tried.join(', ')}).`, {
    hint: 'Install Python 3.10 or newer with its venv module (Debian: python3-venv), or set LOREKEEP_PEER_PYTHON to an interpreter that has the peers.',
    details: { tried },
    cause,
  });
}

export function peerSetupFailed(step: string, stderr: string): LorekeepError {
  return new LorekeepError('PEER_SETUP_FAILED', `Setting up the peer's Python failed at "${step}".\n${stderr}`, {
    hint: 'Check network and disk, then run the bench again: a half-made environment is thrown away and made anew.',
    details: { step },
  });
}

export function peerDied(script: string, how: string, stderr: string): LorekeepError {
  return new LorekeepError('PEER_DIED', `The peer ${script} stopped (${how}).\n${stderr}`, {
    hint: "The lines above are the peer's last words on stderr.",
    details: { script },
  });
}

export function peerFailed(script: string, method: string, message: string): LorekeepError {
  return new LorekeepError('PEER_FAILED', `The peer ${script} could not do "${method}": ${message}`, {
    hint: 'The peer itself is still running; the message is its own exception.',
    details: { script, method },
  });
}

export const benchNothingToMeasure = () =>
  new LorekeepError('BENCH_NO_DATA', 'There is no data set to measure on.', {
    kind: 'usage',
    hint: 'Name one with --data: a folder with an items file and an interactions file.',
  });

export const badSetting = (name: string, given: string, allowed: string) =>
  new LorekeepError('BENCH_BAD_SETTING', `The variable ${name} is "${given}".`, {
    kind: 'usage',
    hint: `Allowed: ${allowed}.`,
    details: { name, given },
  });

export const benchRunFailed = (command: string, answer: string) =>
  new LorekeepError('BENCH_RUN_FAILED', `"lorekeep ${command}" failed: ${answer}`, { details: { command, answer } });
