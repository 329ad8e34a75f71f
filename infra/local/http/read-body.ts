import type { IncomingMessage } from 'node:http';

/** The whole body, or `too-large`. What is over the limit is read and dropped, so that the client hears the answer. */
export function readBody(request: IncomingMessage, mostBytes: number): Promise<Buffer | 'too-large'> {
  return new Promise((resolve, reject) => {
    let chunks: Buffer[] = [];
    let length = 0;
    request.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length <= mostBytes) chunks.push(chunk);
      else chunks = [];
    });
    request.on('end', () => resolve(length > mostBytes ? 'too-large' : Buffer.concat(chunks)));
    request.on('error', reject);
  });
}
