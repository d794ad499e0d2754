/** The few pieces of HTML that the page consists of. */

/** @param text trusted HTML */
export function section(title: string, text: string, ...parts: string[]): string {
  return `<section><h2>${escaped(title)}</h2><p>${text}</p>${parts.join('')}</section>`;
}

export function table(head: string[], rows: string[][]): string {
  const cells = (tag: string, values: string[]) => values.map((value) => `<${tag}>${escaped(value)}</${tag}>`).join('');
  const body = rows.map((row) => `<tr>${cells('td', row)}</tr>`).join('');
  return `<table><thead><tr>${cells('th', head)}</tr></thead><tbody>${body}</tbody></table>`;
}

/** Names come from the shop: they must not become markup. */
export function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
