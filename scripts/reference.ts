/**
 * Writes what the documentation takes from code and results: `pnpm reference`.
 *
 * - docs/reference/options.md: the option tables and the presets
 * - docs/reference/events.md: the default roles of events
 * - docs/results.md: the committed results
 * - README.md: the table between the two `figures` comments
 *
 * With `--print PAGE` it prints that page instead. A test fails if a committed page is not the one
 * that this script makes.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { eventsPage } from './reference/events-page.ts';
import { optionsPage } from './reference/options-page.ts';
import { headlineTable, resultsPage } from './reference/results-page.ts';

const pathOf = (page: string) => fileURLToPath(new URL(`../${page}`, import.meta.url));

const pages: Record<string, () => string> = {
  'docs/reference/options.md': optionsPage,
  'docs/reference/events.md': eventsPage,
  'docs/results.md': resultsPage,
  'README.md': readme,
};

function readme(): string {
  const text = readFileSync(pathOf('README.md'), 'utf8');
  const parts = /^([\s\S]*<!-- figures\b.*-->\n)[\s\S]*(\n<!-- \/figures -->[\s\S]*)$/.exec(text);
  if (parts === null) throw new Error('README.md lacks the comments around the figures');
  return `${parts[1]}\n${headlineTable()}\n${parts[2]}`;
}

const [flag, page] = process.argv.slice(2);
if (flag === '--print') process.stdout.write(pages[page]());
else for (const [name, make] of Object.entries(pages)) writeFileSync(pathOf(name), make());
