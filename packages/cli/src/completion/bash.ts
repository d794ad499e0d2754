/** The script for bash, 3.2 (of macOS) or newer. */
import type { CompletedCommand } from './words.ts';

export function bashScript(commands: CompletedCommand[]): string {
  const perCommand = commands.flatMap(({ name, options, choices }) => {
    const words = [...options.flatMap(({ flags }) => flags), ...choices];
    const values = options.filter(({ takesValue, isVariadic, isPath }) => takesValue && !(isVariadic && isPath));
    const files = options.filter(({ isVariadic, isPath }) => isVariadic && isPath).flatMap(({ flags }) => flags);
    return [
      `    ${name})`,
      `      words="${words.join(' ')}"`,
      ...(values.length === 0
        ? []
        : [
            '      case "$previous" in',
            ...values.map(({ flags, choices: allowed, isPath }) => {
              const value = isPath ? 'files=1' : `words="${allowed.join(' ')}"`;
              return `        ${flags.join('|')}) ${value} ;;`;
            }),
            '      esac',
          ]),
      // Several files may follow such an option, so it need not be the previous word.
      ...(files.length === 0
        ? []
        : [`      case "$option" in ${files.join('|')}) [ "\${current:0:1}" = - ] || files=1 ;; esac`]),
      '      ;;',
    ];
  });
  return `# Completion of lorekeep for bash.
# For this shell: source <(lorekeep completion bash)
# For every shell: lorekeep completion bash > ~/.local/share/bash-completion/completions/lorekeep
_lorekeep() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" words="" files="" word
  local option="" at
  COMPREPLY=()
  for ((at = COMP_CWORD - 1; at > 1; at--)); do
    case "\${COMP_WORDS[at]}" in -*) option="\${COMP_WORDS[at]}"; break ;; esac
  done
  case "\${COMP_WORDS[1]}" in
${perCommand.join('\n')}
  esac
  if [ "$COMP_CWORD" -eq 1 ]; then
    files=""
    words="${[...commands.map(({ name }) => name), '--help', '--version'].join(' ')}"
  fi
  if [ -n "$files" ]; then
    compopt -o filenames 2>/dev/null
    while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen -f -- "$current")
  else
    while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen -W "$words" -- "$current")
  fi
}
complete -F _lorekeep lorekeep
`;
}
