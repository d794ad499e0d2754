/**
 * A number with its noun: `1 line`, `2,000 lines`.
 * @param plural of a noun that does not end in `s`, or changes
 * @example
 * counted(1, 'event'); // '1 event'
 * counted(2, 'history', 'histories'); // '2 histories'
 */
export function counted(count: number, noun: string, plural = `${noun}s`): string {
  return `${count.toLocaleString('en-US')} ${count === 1 ? noun : plural}`;
}
