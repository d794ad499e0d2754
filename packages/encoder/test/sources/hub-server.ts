/** A local HTTP server that answers like the model hub, or misbehaves. */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { sha256 } from '@lorekeep/core';

export const COMMIT = '0123456789abcdef0123456789abcdef01234567';

export const gitHash = (bytes: Buffer) =>
  createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex');

/** All files below a folder, by their paths with `/`. */
export async function filesIn(folder: string): Promise<Map<string, Buffer>> {
  const files = new Map<string, Buffer>();
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true }))
    if (entry.isFile()) {
      const path = join(entry.parentPath, entry.name);
      files.set(path.slice(folder.length + 1).replaceAll('\\', '/'), await readFile(path));
    }
  return files;
}

export interface FileRequest {
  /** Path of a file of the model; for other requests, the path of the URL. */
  path: string;
  /** First requested byte, if a range was requested. */
  from: number | undefined;
  headers: IncomingHttpHeaders;
}

export interface HubServer {
  url: string;
  requests: FileRequest[];
  /** The served files. May be changed while the server runs. */
  files: Map<string, Buffer>;
  /** Handles a request itself and returns true, or returns false for the normal answer. */
  misbehave: ((request: FileRequest, content: Buffer, response: ServerResponse) => boolean) | undefined;
  /** Additional names in the listing. */
  listed: string[];
}

/** @param served contents to send instead of the announced ones */
export async function startHub(
  t: TestContext,
  files: Map<string, Buffer>,
  served: Record<string, Buffer> = {},
): Promise<HubServer> {
  const hub: HubServer = { url: '', requests: [], files, misbehave: undefined, listed: [] };
  const server = createServer((message, response) => {
    const address = decodeURIComponent(new URL(message.url ?? '', 'http://hub').pathname);
    const json = (value: unknown) => response.setHeader('content-type', 'application/json').end(JSON.stringify(value));
    const resolve = `/org/tiny/resolve/${COMMIT}/`;
    const path = address.startsWith(resolve) ? address.slice(resolve.length) : address;
    const range = /^bytes=(\d+)-$/.exec(message.headers.range ?? '');
    const request = { path, from: range === null ? undefined : Number(range[1]), headers: message.headers };
    hub.requests.push(request);
    const content = served[path] ?? hub.files.get(path);
    if (hub.misbehave?.(request, content ?? Buffer.alloc(0), response)) return;
    if (address.startsWith('/api/models/org/tiny/tree/'))
      return json([
        ...[...hub.files].map(([name, bytes]) => ({
          type: 'file',
          path: name,
          size: bytes.length,
          oid: gitHash(bytes),
          ...(/\.(safetensors|onnx)$/.test(name)
            ? { lfs: { oid: sha256(bytes), size: bytes.length, pointerSize: 130 } }
            : {}),
        })),
        ...hub.listed.map((name) => ({ type: 'file', path: name, size: 1, oid: gitHash(Buffer.from('x')) })),
      ]);
    if (address.startsWith('/api/models/org/tiny')) return json({ _id: '1', id: 'org/tiny', sha: COMMIT });
    if (content === undefined || path === address)
      return response.writeHead(404).end('{"error":"Repository not found"}');
    if (request.from === undefined) return response.setHeader('content-length', content.length).end(content);
    if (request.from >= content.length)
      return response.writeHead(416, { 'content-range': `bytes */${content.length}` }).end();
    response.writeHead(206, {
      'content-range': `bytes ${request.from}-${content.length - 1}/${content.length}`,
      'content-length': content.length - request.from,
    });
    response.end(content.subarray(request.from));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  hub.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return hub;
}

/** Sends `bytes` of the requested content and then breaks the connection. */
export function cutAfter(bytes: number, { from = 0 }: FileRequest, content: Buffer, response: ServerResponse): true {
  const headers = from > 0 ? { 'content-range': `bytes ${from}-${content.length - 1}/${content.length}` } : {};
  response.writeHead(from > 0 ? 206 : 200, { ...headers, 'content-length': content.length - from });
  response.write(content.subarray(from, from + bytes), () => setTimeout(() => response.destroy(), 10));
  return true;
}
