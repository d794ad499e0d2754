/** The folders of this checkout that benches use. */
import { fileURLToPath } from 'node:url';

const inCheckout = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** Environments and packages of peers; git-ignored. */
export const PEERS = inCheckout('.peers');

/** The scripts of peers. */
export const PEER_SCRIPTS = inCheckout('benchmarks/peers');

/** Public data sets, which lie beside the checkout; the project ships none. */
export const SHARED_DATA = inCheckout('../shared/data');

/** The results of `bench quality`, committed. */
export const QUALITY_RESULTS = inCheckout('benchmarks/results/quality.json');

/**
 * The workspace of a data set. Its import, vectors and trained versions are kept between runs;
 * git-ignored.
 */
export const keptWorkspace = (set: string): string => inCheckout(`.lorekeep-bench/${set}`);
