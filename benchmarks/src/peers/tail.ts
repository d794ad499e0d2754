const LINES = 30;

/** The last lines of an output, for error messages. */
export function createTail(): { add(line: string): void; text(): string } {
  const lines: string[] = [];
  return {
    add(line) {
      lines.push(line);
      if (lines.length > LINES) lines.shift();
    },
    text: () => lines.join('\n'),
  };
}
