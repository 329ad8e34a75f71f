import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { json, text } from 'node:stream/consumers';
import { SignJWT } from 'jose';
import { bundleScript, codeCacheName, runBundle } from './bundle-script.ts';

/** One bundle and what it is called with. */
export interface Trial {
  readonly file: string;
  readonly entry: 'api' | 'worker';
  /** Of the routes that read. */
  readonly paths: readonly string[];
}

/**
 * Run as a process of its own, with the flags that Lambda's Node has and no others; trials come by stdin. Each bundle is
 * tried out before its cache is taken, so that it holds what a first request compiles, and not only what an import does.
 */
const trials: readonly Trial[] = Object(await json(process.stdin));
const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const endpoint = await serveTable(publicKey);
Object.assign(process.env, {
  AWS_ENDPOINT_URL: endpoint,
  AWS_REGION: 'local',
  AWS_ACCESS_KEY_ID: 'build',
  AWS_SECRET_ACCESS_KEY: 'build',
  AWS_SESSION_TOKEN: 'build',
  TABLE_NAME: 'table',
  KEY_ID: 'key',
  STATE_MACHINE_ARN_PREFIX: 'machine-',
});
const authorization = `Bearer ${await tokenOf(privateKey)}`;
const lambda = { awsRequestId: 'build', getRemainingTimeInMillis: () => 10_000 };

for (const { file, entry, paths } of trials) {
  const script = bundleScript(file);
  const { handler } = runBundle(script, file, dirname(file), createRequire(file));
  const events =
    entry === 'api' ? paths.flatMap(requestsFor) : [{ sweep: true }, { task: 'none', input: {} }];
  for (const event of events) await handler(event, lambda).catch(() => {});
  writeFileSync(join(dirname(file), codeCacheName()), script.createCachedData());
}
process.exit();

/** A table that knows one session and nothing else. */
async function serveTable(key: KeyObject): Promise<string> {
  const spki = key.export({ type: 'spki', format: 'der' }).toString('base64');
  const keys = { Items: [{ pk: { S: 'keys' }, sk: { S: 'es256#000001' }, spki: { S: spki } }] };
  const version = { Item: { pk: { S: 'session' }, sk: { S: 'version' }, version: { N: '1' } } };
  const server = createServer(async (request, response) => {
    const body = await text(request);
    const answer = body.includes('"keys#session-public"') ? keys : body.includes('"session#') ? version : {};
    response.end(JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${Object(server.address()).port}`;
}

function tokenOf(key: KeyObject): Promise<string> {
  return new SignJWT({ kind: 'resident', accountId: 'a', roles: ['resident'], version: 1 })
    .setProtectedHeader({ alg: 'ES256', kid: 's1' })
    .setIssuer(process.env['CITY'] ?? '')
    .setExpirationTime('1h')
    .sign(key);
}

/** As a stranger and as a resident. */
function requestsFor(path: string): readonly unknown[] {
  return [{}, { authorization }].map((headers) => ({
    rawPath: path,
    headers: { ...headers, 'accept-encoding': 'gzip' },
    requestContext: { http: { method: 'GET', path }, requestId: 'build' },
    isBase64Encoded: false,
  }));
}
