/** `lorekeep completion` */
import type { Command } from 'commander';
import { bashScript } from '../completion/bash.ts';
import { fishScript } from '../completion/fish.ts';
import { type CompletedCommand, completedCommands, type Shell } from '../completion/words.ts';
import { zshScript } from '../completion/zsh.ts';
import type { Output } from '../terminal.ts';

const SCRIPTS: Record<Shell, (commands: CompletedCommand[]) => string> = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
};

export function completionCommand(output: Output, shell: Shell, program: Command): void {
  const script = SCRIPTS[shell](completedCommands(program));
  output.result({ shell, script }, script);
}
