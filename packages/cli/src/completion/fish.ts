/** The script for fish. */
import { type CompletedCommand, type CompletedOption, quoted } from './words.ts';

export function fishScript(commands: CompletedCommand[]): string {
  return [
    '# Completion of lorekeep for fish.',
    '# For this shell: lorekeep completion fish | source',
    '# For every shell: lorekeep completion fish > ~/.config/fish/completions/lorekeep.fish',
    'complete -c lorekeep -f',
    ...commands.flatMap(({ name, description, options, choices }) => {
      const here = quoted(`__fish_seen_subcommand_from ${name}`);
      return [
        `complete -c lorekeep -n __fish_use_subcommand -a ${name} -d ${quoted(description)}`,
        ...(options.some(({ isVariadic, isPath }) => isVariadic && isPath)
          ? [`complete -c lorekeep -n ${here} -F`]
          : []),
        ...options.map((option) => `complete -c lorekeep -n ${here} ${optionWords(option)}`),
        ...(choices.length === 0 ? [] : [`complete -c lorekeep -n ${here} -a ${quoted(choices.join(' '))}`]),
      ];
    }),
    '',
  ].join('\n');
}

function optionWords({ flags, description, takesValue, choices, isPath }: CompletedOption): string {
  const names = flags.map((flag) => (flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`));
  const value = !takesValue
    ? ''
    : isPath
      ? ' -r -F'
      : choices.length > 0
        ? ` -x -a ${quoted(choices.join(' '))}`
        : ' -x';
  return `${names.join(' ')}${value} -d ${quoted(description)}`;
}
