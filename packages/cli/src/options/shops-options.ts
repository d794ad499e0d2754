/** The options of a host of many shops. */
import { Option } from 'commander';
import { duration, integer } from './parsers.ts';

export interface ShopsOptions {
  shops?: string;
  maxShops: number;
  maxLoaded: number;
  idleAfter: number;
}

export const shops = () =>
  new Option('--shops <dir>', 'folder of many shops, in place of --workspace; a host of shops serves it');
const maxShops = () =>
  new Option('--max-shops <n>', 'with --shops, most shops').argParser(integer([1, 100_000])).default(1_000);
const maxLoaded = () =>
  new Option('--max-loaded <n>', 'with --shops, most shops in memory at a time')
    .argParser(integer([1, 10_000]))
    .default(100);
const idleAfter = () =>
  new Option('--idle-after <duration>', 'with --shops, time without a request after which a shop leaves the memory')
    .argParser(duration)
    .default(300, '5m');

/** Of `serve`. */
export const shopsOptions = () => [shops(), maxShops(), maxLoaded(), idleAfter()];
