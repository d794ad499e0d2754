/**
 * The metrics of a host: those of the process, and those of every loaded shop with the label `shop`.
 * A shop that is closed begins to count anew when it is loaded again, as a process does that is
 * started again.
 */
import { Counter, Gauge, Registry } from 'prom-client';
import type { ServiceMetrics } from '../../http/metrics.ts';
import type { Shops } from '../shops.ts';

/** Of the host's own server these say nothing: it has no engine. */
const OF_ENGINE = /^lorekeep_(?!http_)/;

export interface HostMetrics {
  readonly contentType: string;
  text(): Promise<string>;
}

/** @param own of the server with the routes of the host */
export function createHostMetrics(shops: Shops, own: ServiceMetrics): HostMetrics {
  const registry = new Registry();
  const registers = [registry];
  const gauge = (name: string, help: string, value: () => number | Promise<number>) =>
    new Gauge({
      ...{ name, help, registers },
      async collect() {
        this.set(await value());
      },
    });
  gauge('lorekeep_shops', 'Shops of this host.', async () => (await shops.names()).length);
  gauge('lorekeep_shops_loaded', 'Shops in memory.', () => shops.allLoaded().length);
  gauge('lorekeep_shops_threads', 'Threads that all shops share.', () => shops.budget.threads);
  gauge('lorekeep_shops_threads_in_use', 'Of them in use.', () => shops.budget.inUse);
  gauge('lorekeep_shops_threads_waiting', 'Work that waits for one of them.', () => shops.budget.waiting);
  new Counter({
    ...{ name: 'lorekeep_shop_opens_total', help: 'How often a shop was opened.', registers, labelNames: ['shop'] },
    collect() {
      this.reset();
      for (const [shop, opens] of shops.opens()) this.inc({ shop }, opens);
    },
  });

  return {
    contentType: own.contentType,
    async text() {
      const texts = [families(await registry.metrics()), without(families(await own.text()), OF_ENGINE)];
      for (const [shop, { server }] of shops.allLoaded()) texts.push(labelled(families(await server.metrics()), shop));
      return merged(texts);
    },
  };
}

/** Metrics by name: their two lines of comments, and their values. */
type Families = Map<string, { comments: string[]; values: string[] }>;

/** Of the text format of Prometheus: the comments of a metric come before its values. */
function families(text: string): Families {
  const found: Families = new Map();
  let current: { comments: string[]; values: string[] } | undefined;
  for (const line of text.split('\n')) {
    const [, name] = /^# HELP (\S+)/.exec(line) ?? [];
    if (name !== undefined) found.set(name, (current = { comments: [line], values: [] }));
    else if (line.startsWith('#')) current?.comments.push(line);
    else if (line !== '') current?.values.push(line);
  }
  return found;
}

const without = (all: Families, names: RegExp): Families => new Map([...all].filter(([name]) => !names.test(name)));

const labelled = (all: Families, shop: string): Families =>
  new Map([...all].map(([name, { comments, values }]) => [name, { comments, values: values.map(withShop(shop)) }]));

/** `name{a="b"} 1` and `name 1`, with one label more. The name of a shop needs no escapes. */
const withShop = (shop: string) => (line: string) =>
  line.replace(/^([^\s{]+)(\{)?/, (_, name, open) => `${name}{shop="${shop}"${open === undefined ? '}' : ','}`);

function merged(texts: readonly Families[]): string {
  const all: Families = new Map();
  for (const text of texts) {
    for (const [name, { comments, values }] of text) {
      const known = all.get(name);
      if (known === undefined) all.set(name, { comments, values: [...values] });
      else known.values.push(...values);
    }
  }
  return [...all.values()].map(({ comments, values }) => [...comments, ...values, ''].join('\n')).join('\n');
}
