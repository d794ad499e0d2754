/**
 * What the dashboard's routes ask of their caller, as `config` of a route. The figures are for those
 * who run the shop. The page itself holds no figure.
 */
import type { FastifyContextConfig } from 'fastify';

const access = (config: FastifyContextConfig) => ({ config });

/** What one user did, or would get. */
export const ADMIN = access({ scope: 'admin' });
/** Figures of the whole shop, which the page reads again every few seconds. */
export const FIGURES = access({ scope: 'admin', isAudited: false });
export const PUBLIC = access({ scope: 'public' });
