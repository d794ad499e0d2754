/** The errors of the benches. Codes are stable; `docs/reference/errors.md` explains each. */
import { defineErrors, failure, usage } from '@lorekeep/core';

export const errors = defineErrors({
  BENCH_UNKNOWN: usage<{ name: string; known: readonly string[] }>({
    message: ({ name }) => `There is no bench named "${name}".`,
    hint: ({ known }) => `Choose one of: ${known.join(', ')}.`,
  }),
  BENCH_NO_DATA: usage({
    message: 'There is no data set to measure on.',
    hint: 'Name one with --data: a folder with an items file and an interactions file.',
  }),
  BENCH_BAD_SETTING: usage<{ name: string; given: string; allowed: string }>({
    message: ({ name, given }) => `The environment variable ${name} is "${given}".`,
    hint: ({ allowed }) => `Allowed: ${allowed}.`,
  }),
  BENCH_RUN_FAILED: failure<{ command: string; answer: string }>({
    message: ({ command, answer }) => `The process "${command}" failed: ${answer}`,
  }),
  BENCH_BAD_RESULT: failure<{ name: string; where: string; value: string }>({
    message: ({ name, where, value }) => `Bench "${name}" returned ${value} as ${where}, which is not a finite number.`,
    hint: 'Leave out a figure that could not be measured, or let the bench fail.',
  }),
  BENCH_BAD_ROUNDS: usage<{ problem: string }>({
    message: ({ problem }) => problem,
    hint: 'Give at least one contestant, distinct names, rounds ≥ 1 and warmup ≥ 0.',
  }),
  PEER_PYTHON_MISSING: failure<{ tried: readonly string[] }>({
    message: ({ tried }) => `No working Python 3 was found (tried ${tried.join(', ')}).`,
    hint: 'Install Python 3.10 or newer with its venv module (Debian: python3-venv), or set LOREKEEP_PEER_PYTHON to an interpreter that has the packages of the peers.',
  }),
  PEER_SETUP_FAILED: failure<{ step: string; stderr: string }>({
    message: ({ step, stderr }) => `The environment of the peer could not be created: "${step}" failed.\n${stderr}`,
    hint: 'Check network and disk, then run the bench again. An incomplete environment is deleted and created again.',
  }),
  PEER_DIED: failure<{ script: string; how: string; stderr: string }>({
    message: ({ script, how, stderr }) => `The peer ${script} stopped (${how}).\n${stderr}`,
    hint: 'The message ends with the last lines that the peer wrote to stderr.',
  }),
  PEER_FAILED: failure<{ script: string; method: string; exception: string }>({
    message: ({ script, method, exception }) => `The peer ${script} could not do "${method}": ${exception}`,
    hint: 'The message is the exception of the peer. The peer is still running.',
  }),
});
