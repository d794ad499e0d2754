/** The script for pages of the shop. Pages of any origin may run it, and it holds no secret. */
import { snippetFile } from '@lorekeep/snippet';
import type { FastifyInstance } from 'fastify';

const HEADERS = {
  // Helmet's default keeps pages of other origins from running it.
  'cross-origin-resource-policy': 'cross-origin',
  'access-control-allow-origin': '*',
  // An hour: a new version of the service has another script.
  'cache-control': 'public, max-age=3600',
};

export async function addSnippetRoute(app: FastifyInstance): Promise<void> {
  let loading: ReturnType<typeof snippetFile> | undefined;
  app.get('/snippet.js', { config: { scope: 'public' }, schema: { hide: true } }, async (request, reply) => {
    loading ??= snippetFile();
    const { content, tag } = await loading.catch((error) => {
      loading = undefined;
      throw error;
    });
    reply.headers({ ...HEADERS, etag: tag });
    if (request.headers['if-none-match'] === tag) return reply.code(304).send();
    return reply.type('text/javascript; charset=utf-8').serializer(asIs).send(content);
  });
}

const asIs = (content: unknown) => content as string;
