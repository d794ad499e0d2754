/**
 * What a shell can complete, read from the program itself: its commands and options, so that a
 * script can never name others. The scripts are static. They start no Node, which would take half a
 * second at every press of the key.
 */
import type { Command, Option } from 'commander';

export interface CompletedOption {
  /** `--workspace` and `-k`; at least one. */
  flags: string[];
  description: string;
  /** Whether a value follows. */
  takesValue: boolean;
  /** The values it can have; empty if there are others too. */
  choices: readonly string[];
  /** Whether the value is a file or a folder. */
  isPath: boolean;
  /** Whether several values may follow. */
  isVariadic: boolean;
}

export interface CompletedCommand {
  name: string;
  description: string;
  options: CompletedOption[];
  /** Values of its argument; empty if it takes none. */
  choices: readonly string[];
}

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

export function completedCommands(program: Command): CompletedCommand[] {
  return program.commands.map((command) => ({
    name: command.name(),
    description: command.description(),
    options: [...optionsOf(command), HELP],
    choices: [
      ...command.registeredArguments.flatMap(({ argChoices = [] }) => argChoices),
      ...command.commands.map((inner) => inner.name()),
    ],
  }));
}

/** Of a command that contains others: the options of all of them, each once. */
function optionsOf(command: Command): CompletedOption[] {
  const all = [command, ...command.commands].flatMap(({ options }) => options.map(completedOption));
  return [...new Map(all.map((option) => [option.flags.join(), option])).values()];
}

const HELP: CompletedOption = {
  flags: ['--help', '-h'],
  description: 'display help for command',
  takesValue: false,
  choices: [],
  isPath: false,
  isVariadic: false,
};

function completedOption(option: Option): CompletedOption {
  const { long, short, flags, description, required, optional, variadic, argChoices } = option;
  return {
    flags: [long, short].filter((flag) => flag !== undefined && flag !== null),
    description,
    takesValue: required || optional,
    choices: argChoices ?? [],
    isVariadic: variadic,
    isPath: /<(?:file|dir)(?:\.\.\.)?>/.test(flags),
  };
}

/** A text as one word of a shell, in single quotes. */
export const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
