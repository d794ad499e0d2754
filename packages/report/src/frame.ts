/**
 * What all pages share. A page has no script and loads nothing, so that it can be mailed, archived
 * and opened anywhere.
 */
import { escaped } from './html.ts';

export interface Frame {
  title: string;
  /** Name and value, shown at the top. */
  facts: readonly (readonly [name: string, value: string])[];
  /** HTML, one element each. */
  parts: readonly string[];
}

/** @returns a complete HTML document */
export function framed({ title, facts, parts }: Frame): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title>
<style>${STYLE}</style>
<main>
<h1>${escaped(title)}</h1>
<dl>${facts.map(([fact, value]) => `<div><dt>${escaped(fact)}</dt><dd>${escaped(value)}</dd></div>`).join('')}</dl>
${parts.join('\n')}
</main>
</html>
`;
}

const STYLE = `
:root{color-scheme:light}
body{margin:0;background:#f6f6f4;color:#1d1d1b;font:15px/1.5 system-ui,sans-serif}
main{max-width:1080px;margin:0 auto;padding:32px 20px 60px}
h1{font-size:26px;margin:0 0 12px}h2{font-size:18px;margin:0 0 4px}
dl{display:flex;flex-wrap:wrap;gap:6px 28px;margin:0 0 24px}
dl div{display:flex;gap:8px}dt{color:#6b6b66}dd{margin:0}
section{background:#fff;border:1px solid #e2e2dd;border-radius:8px;padding:18px 22px;margin:0 0 18px;overflow-x:auto}
section>p{color:#4b4b47;margin:0 0 14px;max-width:760px}
table{border-collapse:collapse;margin-top:12px;font-variant-numeric:tabular-nums}
th,td{padding:4px 14px 4px 0;text-align:right;border-bottom:1px solid #ececE8}
th:first-child,td:first-child{text-align:left}th{color:#6b6b66;font-weight:500}tbody tr:first-child{font-weight:600}
td small{display:block;font-weight:400;color:#6b6b66;white-space:nowrap}.up{color:#00694b}.down{color:#a33}
svg{max-width:100%;height:auto}.warning{color:#a33}
`;
