/** The page at `/` and its files. It loads nothing from elsewhere, and its policy says so. */
import { type PageFile, pageFiles } from '@lorekeep/dashboard';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { errors, quoted } from '../http/errors.ts';
import { PUBLIC } from './access.ts';

const HEADERS = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  // A new version of the service has another page.
  'cache-control': 'no-cache',
};

export function addPage(app: FastifyInstance): void {
  let loading: Promise<Map<string, PageFile>> | undefined;
  async function send(name: string, request: FastifyRequest, reply: FastifyReply) {
    // The page itself looks whether it must be built; its parts are of the same build.
    if (name === 'index.html' || loading === undefined) loading = pageFiles();
    const files = await loading;
    const file = files.get(name);
    if (file === undefined) throw errors.ROUTE_UNKNOWN({ method: request.method, url: quoted(request.url) });
    reply.headers({ ...HEADERS, etag: file.tag });
    if (request.headers['if-none-match'] === file.tag) return reply.code(304).send();
    return reply.type(file.type).serializer(asIs).send(file.content);
  }
  app.get('/', { ...PUBLIC, schema: { hide: true } }, (request, reply) => send('index.html', request, reply));
  app.get<{ Params: { file: string } }>('/dashboard/:file', { ...PUBLIC, schema: { hide: true } }, (request, reply) =>
    send(request.params.file, request, reply),
  );
}

const asIs = (content: unknown) => content as string;
