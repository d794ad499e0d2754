/**
 * How the pages of the API reference look. Every signature links its types, so parameters and result
 * appear once more only if a docstring explains them. Headings inside a member are bold words.
 */
import { type Application, type ProjectReflection, ReferenceType, type Reflection } from 'typedoc';
import { MarkdownPageEvent, MarkdownTheme, MarkdownThemeContext } from 'typedoc-plugin-markdown';
import { wrapped } from '../markdown.ts';

type Page = MarkdownPageEvent<Reflection>;

class ApiContext extends MarkdownThemeContext {
  constructor(...parameters: ConstructorParameters<typeof MarkdownThemeContext>) {
    super(...parameters);
    const { declarationTitle, parametersTable } = this.partials;
    this.partials.parametersTable = (model) =>
      model.some(({ comment }) => comment !== undefined) ? parametersTable(model) : '';
    this.partials.signatureReturns = (model) => {
      const tag = model.comment?.getTag('@returns');
      return tag === undefined ? '' : `**Returns**\n\n${this.helpers.getCommentParts(tag.content)}`;
    };
    // errors.md lists the codes of an error table; its type repeats them in one long line.
    this.partials.declarationTitle = (model) => {
      if (model.type instanceof ReferenceType && model.type.name === 'ErrorTable') model.type.typeArguments = undefined;
      return declarationTitle(model);
    };
  }
}

class ApiTheme extends MarkdownTheme {
  override getRenderContext(page: Page): MarkdownThemeContext {
    return new ApiContext(this, page, this.application.options);
  }
}

/** A plugin of TypeDoc: the theme `api`. */
export function apiTheme(app: Application): void {
  app.renderer.defineTheme('api', ApiTheme);
  // TypeDoc's type of the event does not know the pages of the Markdown plugin.
  app.renderer.on(MarkdownPageEvent.END as never, (page: Page) => {
    if (page.contents === undefined) return;
    page.contents = page.model.isProject() ? contentsPage(app, page.model) : tidy(page.contents);
  });
}

/** Every page with the first paragraph of its module. */
function contentsPage(app: Application, project: ProjectReflection): string {
  const entries = (project.children ?? []).map((module) => {
    const [paragraph] = (module.comment?.summary ?? [])
      .map(({ text }) => text)
      .join('')
      .split('\n\n');
    return `- [${module.name}](${app.renderer.router!.getFullUrl(module)}): ${paragraph.replaceAll('\n', ' ')}`;
  });
  const order = entries.sort((a, b) => Number(a.includes('@lorekeep')) - Number(b.includes('@lorekeep')));
  return `# API\n\n${NOTE}\n\n${INTRODUCTION}\n\n${order.map((entry) => wrapped(entry).replaceAll('\n', '\n  ')).join('\n')}\n`;
}

const INTRODUCTION = wrapped(
  'The library `lorekeep`, and the packages with contracts that you can implement: `TextEncoder`, `Store` and `VectorIndex`, with their conformance suites. The [guide](../../guides/extend.md) shows how.',
);

const PARTS = [
  'Constructors',
  'Example',
  'Extended by',
  'Extends',
  'Methods',
  'Parameters',
  'Properties',
  'Returns',
  'Throws',
  'Type Declaration',
  'Type Parameters',
];

const NOTE = '<!-- Written by `pnpm api` from the docstrings of the code. Do not edit it by hand. -->';

function tidy(markdown: string): string {
  const text = markdown
    .replace(/^# .*$/m, `$&\n\n${NOTE}`)
    .replace(/<a id="[^"]*"><\/a> /g, '')
    .replace(new RegExp(`^#{4,} (${PARTS.join('|')})$`, 'gm'), '**$1**')
    .replace(/^#{5,} /gm, '#### ')
    .replace(/^\*\*Parameters\*\*\n\n(?!\|)/gm, '')
    .replace(/^ +(?=\S)/gm, (indent, at: number, text: string) => (isCode(text, at) ? indent : ''))
    .replace(/^#+ (?:Overrides|Inherited from)\n\n.*\n/gm, '')
    .replace(/ (errors|options|data-formats)\.md(#[\w-]+)?(?!\))\b/g, ' [$1.md](../$1.md$2)')
    .replace(/(?<=\s)own-project\.md\b/g, '[own-project.md](../../guides/own-project.md)')
    .replace(/^\*\*\*$/gm, '')
    .replace(/ +$/gm, '')
    .replace(/\n{3,}/g, '\n\n');
  return `${text.trim()}\n`;
}

/** Whether a position is inside a fenced code block. */
const isCode = (text: string, at: number) => text.slice(0, at).split('```').length % 2 === 0;
