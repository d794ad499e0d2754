/** A table of lifts: methods by surface and outcome, each lift over its interval. */
import { escaped } from '../html.ts';
import type { Lift, LiftTable } from './data.ts';

/** `+0.0058`, with a true minus sign; `–` for what is not a number. */
export function signed(value: number): string {
  if (!Number.isFinite(value)) return '–';
  return `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(4)}`;
}

/** The columns of a table, in the order of their first lifts. */
export function columnsOf({ methods }: LiftTable): { surface: string; outcome: string }[] {
  const columns = new Map<string, { surface: string; outcome: string }>();
  for (const { lifts } of methods)
    for (const { surface, outcome } of lifts) columns.set(JSON.stringify([surface, outcome]), { surface, outcome });
  // The outcomes of a surface stand side by side.
  const surfaces = [...new Set([...columns.values()].map(({ surface }) => surface))];
  return surfaces.flatMap((surface) => [...columns.values()].filter((column) => column.surface === surface));
}

export function liftTable(table: LiftTable): string {
  const columns = columnsOf(table);
  const find = <T extends { surface: string; outcome: string }>(all: readonly T[], column: (typeof columns)[number]) =>
    all.find(({ surface, outcome }) => surface === column.surface && outcome === column.outcome);
  const head = columns.map(({ surface, outcome }) => `<th>${escaped(surface)}<br>${escaped(outcome)}</th>`);
  const rows = table.methods.map(({ name, lifts }) =>
    row(
      name,
      columns.map((column) => liftCell(find(lifts, column))),
    ),
  );
  const { baseValues = [], base } = table;
  const values = columns.map((column) => `<td>${find(baseValues, column)?.value.toFixed(4) ?? '–'}</td>`);
  if (baseValues.length > 0) rows.push(row(`GAUC of ${base}`, values));
  return `<table><thead><tr><th></th>${head.join('')}</tr></thead><tbody>${rows.join('')}</tbody></table>`;
}

const row = (name: string, cells: string[]) => `<tr><td>${escaped(name)}</td>${cells.join('')}</tr>`;

/** Green or red if the interval lies on one side of 0. */
export function liftCell(lift: Lift | undefined): string {
  const { difference, interval = [Number.NaN, Number.NaN] } = lift ?? { difference: Number.NaN };
  const [low, high] = interval;
  if (!Number.isFinite(low) || !Number.isFinite(high)) return `<td>${signed(difference)}</td>`;
  const side = low > 0 ? ' class="up"' : high < 0 ? ' class="down"' : '';
  return `<td${side}>${signed(difference)}<small>${range(difference, low, high)}</small></td>`;
}

/** `± 0.0031`, or both ends if they are not equally far, as those of a bootstrap. */
function range(difference: number, low: number, high: number): string {
  const [below, above] = [difference - low, high - difference].map((half) => half.toFixed(4));
  return below === above ? `± ${below}` : `${signed(low)} to ${signed(high)}`;
}
