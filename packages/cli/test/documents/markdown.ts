/** Reads tables, sections and links out of Markdown pages. */

/** The rows of all tables, cells trimmed. `\|` inside a cell does not end it. */
export function tableRows(markdown: string): string[][] {
  return markdown
    .split('\n')
    .filter((line) => line.startsWith('|') && !/^\|[-|: ]+\|$/.test(line))
    .map((line) =>
      line
        .slice(1, -1)
        .split(/(?<!\\)\|/)
        .map((cell) => cell.trim()),
    );
}

/** The texts in backticks. */
export const codeSpans = (text: string): string[] => [...text.matchAll(/`([^`\n]+)`/g)].map((match) => match[1]);

/** The text under a heading, up to the next heading of the same or a higher level. */
export function section(markdown: string, heading: string): string | undefined {
  const start = markdown.indexOf(`\n${heading}\n`);
  if (start < 0) return undefined;
  const level = heading.indexOf(' ');
  const rest = markdown.slice(start + heading.length + 2);
  const end = rest.search(new RegExp(`^#{1,${level}} `, 'm'));
  return end < 0 ? rest : rest.slice(0, end);
}

/** The page without its code blocks. */
export const withoutCodeBlocks = (markdown: string): string => markdown.replace(/^```[\s\S]*?^```/gm, '');

/** The targets of all links. */
export const linkTargets = (markdown: string): string[] =>
  [...withoutCodeBlocks(markdown).matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1]);

/** The anchors that GitHub gives the headings of a page. A repeated heading gets a number. */
export function anchors(markdown: string): string[] {
  const uses = new Map<string, number>();
  return [...withoutCodeBlocks(markdown).matchAll(/^#+ (.+)$/gm)].map(([, heading]) => {
    const anchor = heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-');
    const used = uses.get(anchor) ?? 0;
    uses.set(anchor, used + 1);
    return used === 0 ? anchor : `${anchor}-${used}`;
  });
}

/** The code blocks, in order. */
export const codeBlocks = (markdown: string): { language: string; text: string }[] =>
  [...markdown.matchAll(/^```(\w*)\n([\s\S]*?)^```/gm)].map(([, language, text]) => ({ language, text }));
