import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { buildFunctions, bundlesOf } from '../../infra/build.ts';
import { cityFile } from '../../infra/cities/city.ts';
import { demo } from '../../infra/cities/demo.ts';
import { contexts } from '../../infra/contexts.ts';
import { codeCacheName } from '../../infra/lambda/bundle-script.ts';

const folder = mkdtempSync(join(tmpdir(), 'bundles-'));
const names = contexts.map(({ name }) => name);
let metafile: Metafile;

beforeAll(async () => {
  metafile = await buildFunctions({ contexts, dist: folder });
  writeFileSync(join(folder, 'city.json'), JSON.stringify(cityFile(demo)));
});

afterAll(() => rmSync(folder, { recursive: true }));

interface Called {
  readonly answer?: unknown;
  readonly error?: string;
  /** Whether it was compiled before. */
  readonly fromCache: boolean;
}

/** Calls a bundle as Lambda does: a fresh process, CommonJS, the environment and nothing else. */
function call(bundle: string, event: unknown, { flags = [], from = folder }: Place = {}): Called {
  const script = `
    const { handler } = require(process.argv[1]);
    handler(JSON.parse(process.argv[2]), { awsRequestId: 'r-1', functionName: 'f', getRemainingTimeInMillis: () => 5000 })
      .then((answer) => ({ answer }), (error) => ({ error: error.name }))
      .then((result) => process.stdout.write('\\n' + JSON.stringify(result)));`;
  const output = execFileSync(
    process.execPath,
    [...flags, '-e', script, join(from, 'functions', bundle, 'boot.js'), JSON.stringify(event)],
    {
      encoding: 'utf8',
      env: {
        CITY: demo.id,
        CITY_FILE: join(folder, 'city.json'),
        TABLE_NAME: 'demo-table',
        STATE_MACHINE_ARN_PREFIX: 'arn:aws-cn:states:cn-north-1:111122223333:stateMachine:demo-',
        KEY_ID: 'alias/demo',
        BUCKET_URL: 'https://demo-files-111122223333.s3.ap-southeast-1.amazonaws.com',
        AWS_REGION: demo.region,
        AWS_ACCESS_KEY_ID: 'nobody',
        AWS_SECRET_ACCESS_KEY: 'nothing',
      },
    },
  );
  const result = JSON.parse(output.slice(output.lastIndexOf('\n') + 1));
  return { ...result, fromCache: !output.includes('CODE_CACHE_UNUSED') };
}

interface Place {
  readonly flags?: readonly string[];
  readonly from?: string;
}

/** As an HTTP API sends it, payload format 2.0. */
function httpApiEvent(path: string): object {
  return {
    version: '2.0',
    routeKey: 'ANY /{proxy+}',
    rawPath: path,
    rawQueryString: '',
    headers: { accept: '*/*', host: 'example.cn', 'user-agent': 'test' },
    requestContext: {
      accountId: '111122223333',
      apiId: 'a1',
      domainName: 'example.cn',
      domainPrefix: 'a1',
      http: { method: 'GET', path, protocol: 'HTTP/1.1', sourceIp: '203.0.113.9', userAgent: 'test' },
      requestId: 'edge-1',
      routeKey: 'ANY /{proxy+}',
      stage: '$default',
      time: '22/Nov/2026:02:00:00 +0000',
      timeEpoch: 1_795_312_800_000,
    },
    isBase64Encoded: false,
  };
}

/** As a REST API sends it. */
function restApiEvent(path: string): object {
  return {
    resource: '/{proxy+}',
    path,
    httpMethod: 'GET',
    headers: { Accept: '*/*' },
    multiValueHeaders: {},
    queryStringParameters: null,
    multiValueQueryStringParameters: null,
    pathParameters: null,
    stageVariables: null,
    requestContext: { requestId: 'edge-1', httpMethod: 'GET', path, stage: 'live', identity: {} },
    body: null,
    isBase64Encoded: false,
  };
}

describe('the bundle of', () => {
  it('this test runs on the runtime that Lambda has', () => {
    expect(process.version).toMatch(/^v24\./);
  });

  it.each(names)(
    '%s-api answers an unknown path with 404 in JSON and Chinese, behind either edge',
    (name) => {
      for (const event of [httpApiEvent(`/${name}/no/such/path`), restApiEvent(`/${name}/no/such/path`)]) {
        const { answer, fromCache } = call(`${name}-api`, event);
        expect(fromCache).toBe(true);
        expect(answer).toMatchObject({ statusCode: 404 });
        const { headers, body } = answer as { headers: Record<string, string>; body: string };
        expect(headers['content-type']).toMatch(/^application\/json/);
        expect(JSON.parse(body)).toMatchObject({
          code: 'NOT_FOUND',
          message: expect.stringMatching(/[\u4e00-\u9fff]/),
        });
      }
    },
  );

  it.each(names)('%s-worker fails an unknown message loudly, so that it reaches the dead letters', (name) => {
    const messages = [
      { detail: { id: 'event-1', type: 'nobody.did-anything', event: '{}' } },
      { task: 'no-such-task', input: {} },
      { schedule: 'no-such-schedule', at: '2026-11-22T00:00:00Z' },
      { hello: 'world' },
    ];
    for (const message of messages)
      expect(call(`${name}-worker`, message)).toEqual({ error: 'UnknownMessage', fromCache: true });
  });

  it.each(names.flatMap((name) => [`${name}-api`, `${name}-worker`]))(
    '%s needs nothing but Node',
    (bundle) => {
      const output =
        metafile.outputs[
          Object.keys(metafile.outputs).find((path) => path.endsWith(`/${bundle}/index.js`)) ?? ''
        ];
      const foreign = output?.imports.filter(
        ({ path }) => !builtinModules.includes(path.replace(/^node:/, '')),
      );
      expect(foreign).toEqual([]);
    },
  );
});

describe('a code cache', () => {
  const event = httpApiEvent('/booking/no/such/path');

  /** A copy of the bundle with another cache, or none. */
  function served(change: (file: string) => void): Called {
    const from = mkdtempSync(join(tmpdir(), 'bundles-cache-'));
    onTestFinished(() => rmSync(from, { recursive: true }));
    cpSync(join(folder, 'functions', 'booking-api'), join(from, 'functions', 'booking-api'), {
      recursive: true,
    });
    change(join(from, 'functions', 'booking-api', codeCacheName()));
    return call('booking-api', event, { from });
  }
  const compiled = { answer: expect.objectContaining({ statusCode: 404 }), fromCache: false };

  it.each<[string, (file: string) => void]>([
    ['that is missing', (file) => rmSync(file)],
    ['that is empty', (file) => writeFileSync(file, '')],
    ['of another V8', (file) => writeFileSync(file, readFileSync(file).fill(0x5a, 0, 16))],
    ['that is cut off', (file) => truncateSync(file, 1000)],
    [
      'of another bundle',
      (file) => cpSync(join(folder, 'functions', 'booking-worker', codeCacheName()), file),
    ],
  ])('%s costs time and nothing else', (_, change) => {
    expect(served(change)).toEqual(compiled);
  });

  it('made without the flags of a container costs time and nothing else', () => {
    expect(call('booking-api', event, { flags: ['--stack-trace-limit=20'] })).toEqual(compiled);
  });

  it('is taken by a container with the heap that Lambda gives it', () => {
    const flags = ['--max-old-space-size=921', '--max-semi-space-size=51'];
    expect(call('booking-api', event, { flags })).toEqual({ ...compiled, fromCache: true });
  });
});

/** Measured: each costs a cold start more than it gives, or has no business in a Lambda. */
const FORBIDDEN: readonly (readonly [string, RegExp])[] = [
  ['all of zod', /node_modules\/zod\/(v3|v4\/classic)\//],
  ["middy's router and utilities", /node_modules\/@middy\/(http-router|util)\//],
  ['the SDK', /node_modules\/(@aws-sdk|@smithy|aws-sdk)\//],
  ['a tracer', /powertools\/tracer|aws-xray/],
  ['a validator compiled at start', /node_modules\/ajv\//],
  ['CDK', /node_modules\/(aws-cdk-lib|constructs|cdk-nag)\//],
  ['the laptop', /^infra\//],
];

describe('no bundle carries', () => {
  it.each(FORBIDDEN)('%s', (_, pattern) => {
    // What tree-shaking left over, not all that was read on the way.
    const carried = Object.values(metafile.outputs).flatMap(({ inputs }) => Object.keys(inputs));
    expect(carried.length).toBeGreaterThan(100);
    expect(carried.filter((path) => pattern.test(path))).toEqual([]);
  });

  it('Step Functions, but for the workers of contexts with workflows: never before a waiting user', () => {
    const carrying = Object.entries(metafile.outputs)
      .filter(([, { inputs }]) => 'shared/workflows/step-functions.ts' in inputs)
      .map(([path]) => path.split('/').at(-2));
    const users = contexts.filter(({ workflows: { starts, answers } }) => starts.length + answers.length > 0);
    expect(carrying.toSorted()).toEqual(users.map(({ name }) => `${name}-worker`).toSorted());
  });

  it('what signs for S3, but for the contexts with files', () => {
    const carrying = Object.entries(metafile.outputs)
      .filter(([, { inputs }]) =>
        Object.keys(inputs).some((path) => path.endsWith('shared/objects/s3-signer.ts')),
      )
      .map(([path]) => path.split('/').at(-2));
    const users = contexts.filter(({ objects }) => objects.read || objects.write);
    // The api or the worker, or both: whichever reaches for a file.
    const carriers = carrying.map((bundle) => bundle?.replace(/-(api|worker)$/, ''));
    expect(new Set(carriers)).toEqual(new Set(users.map(({ name }) => name)));
  });

  it('more than 320 KB, or 100 KB compressed', () => {
    for (const { name, minifiedBytes, gzipBytes } of bundlesOf({ contexts, dist: folder })) {
      expect.soft(minifiedBytes, name).toBeLessThanOrEqual(320 * 1024);
      expect.soft(gzipBytes, name).toBeLessThanOrEqual(100 * 1024);
    }
  });
});
