/**
 * A local HTTP server that answers like an OpenAI-compatible embeddings endpoint, or misbehaves.
 */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface EmbeddingsRequest {
  model: string;
  input: string[];
  dimensions?: number;
  encoding_format?: string;
  authorization: string | undefined;
  path: string;
}

/** Handles a request itself and returns true, or returns false for the normal answer. */
export type Misbehaviour = (
  request: EmbeddingsRequest,
  response: ServerResponse,
  count: number,
) => boolean | undefined | Promise<boolean | undefined>;

export interface EndpointServer {
  url: string;
  requests: EmbeddingsRequest[];
  /** Maximal number of concurrent requests. */
  most(): number;
  misbehave(how: Misbehaviour | undefined): void;
  close(): Promise<void>;
}

/** A vector that depends only on the text (and the salt). It is not normalised. */
export function vectorOf(text: string, width: number, salt = ''): number[] {
  const bytes = createHash('shake256', { outputLength: width * 2 })
    .update(salt + text)
    .digest();
  return Array.from({ length: width }, (_, i) => (bytes.readUInt16LE(i * 2) / 65535) * 6 - 3);
}

export const json = (response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}) => {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
  return true;
};

export const answerOf = ({ input, dimensions = 16, encoding_format }: EmbeddingsRequest, salt = '') => ({
  object: 'list',
  data: input.map((text, index) => {
    const vector = vectorOf(text, dimensions, salt);
    const embedding =
      encoding_format === 'base64' ? Buffer.from(Float32Array.from(vector).buffer).toString('base64') : vector;
    return { object: 'embedding', index, embedding };
  }),
});

export async function startEndpoint(): Promise<EndpointServer> {
  const requests: EmbeddingsRequest[] = [];
  let misbehaviour: Misbehaviour | undefined;
  let [open, most] = [0, 0];
  const handle = async (message: IncomingMessage, response: ServerResponse) => {
    most = Math.max(most, ++open);
    response.on('close', () => open--);
    const pieces: Buffer[] = [];
    for await (const piece of message) pieces.push(piece);
    const { authorization } = message.headers;
    const request = { ...JSON.parse(Buffer.concat(pieces).toString()), authorization, path: message.url };
    requests.push(request);
    if (await misbehaviour?.(request, response, requests.length)) return;
    if (message.url !== '/v1/embeddings') return json(response, 404, { error: { message: 'no such route' } });
    json(response, 200, answerOf(request));
  };
  const server = createServer((message, response) => {
    handle(message, response).catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    requests,
    most: () => most,
    misbehave: (how) => {
      misbehaviour = how;
    },
    close: async () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
