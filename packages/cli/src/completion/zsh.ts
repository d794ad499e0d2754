/** The script for zsh. */
import { type CompletedCommand, type CompletedOption, quoted } from './words.ts';

export function zshScript(commands: CompletedCommand[]): string {
  const perCommand = commands.map(({ name, options, choices }) => {
    const specs = [...options.map(spec), ...(choices.length === 0 ? [] : [quoted(`1:value:(${choices.join(' ')})`)])];
    return [`    ${name})`, `      _arguments ${specs.join(' \\\n        ')}`, '      ;;'].join('\n');
  });
  return `#compdef lorekeep
# Completion of lorekeep for zsh, after compinit.
# For this shell: source <(lorekeep completion zsh)
# For every shell: lorekeep completion zsh > a file _lorekeep in a folder of $fpath
_lorekeep() {
  local -a commands
  commands=(
${commands.map(({ name, description }) => `    ${quoted(`${name}:${escaped(description)}`)}`).join('\n')}
  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  local command="\${words[2]}"
  shift words
  (( CURRENT -= 1 ))
  case "$command" in
${perCommand.join('\n')}
  esac
}
if [[ "\${funcstack[1]}" == _lorekeep ]]; then _lorekeep "$@"; else compdef _lorekeep lorekeep; fi
`;
}

/** An option for `_arguments`: `'(--help -h)'{--help,-h}'[display help]'`. */
function spec({ flags, description, takesValue, choices, isPath }: CompletedOption): string {
  const action = choices.length > 0 ? `(${choices.join(' ')})` : isPath ? '_files' : ' ';
  const rest = `[${escaped(description)}]${takesValue ? `:value:${action}` : ''}`;
  if (flags.length === 1) return quoted(`${flags[0]}${rest}`);
  return `${quoted(`(${flags.join(' ')})`)}{${flags.join(',')}}${quoted(rest)}`;
}

/** Colons and brackets end a description. */
const escaped = (text: string) => text.replace(/[\\:[\]]/g, '\\$&');
