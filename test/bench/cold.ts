import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { booking } from '../../functions/booking/context.ts';
import { buildFunctions, bundleOptions } from '../../infra/build.ts';
import { cityFile } from '../../infra/cities/city.ts';
import { demo } from '../../infra/cities/demo.ts';
import { codeCacheName } from '../../infra/lambda/bundle-script.ts';
import { startTableEngine, type TableEngine } from '../support/table-engine.ts';
import { median } from './median.ts';

const ROUNDS = Number(process.env['COLD_ROUNDS'] ?? 25);
const BAR = 0.4;
const AIM = 0.25;

/**
 * Import, first request, one DynamoDB call: the processor's time (user and system) of a fresh process, without what Node
 * itself takes to start. `booking api` as Lambda boots it, with and without its code cache, beside a usual function.
 */
export async function cold(): Promise<boolean> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-cold-'));
  const engine = await startTableEngine();
  try {
    return await measure(folder, engine);
  } finally {
    await engine.stop();
    rmSync(folder, { recursive: true });
  }
}

async function measure(folder: string, engine: TableEngine): Promise<boolean> {
  await buildFunctions({ contexts: [booking], dist: folder });
  const usual = join(folder, 'usual.js');
  await build({
    ...bundleOptions,
    mainFields: [...bundleOptions.mainFields],
    entryPoints: [join(import.meta.dirname, 'usual', 'usual-function.ts')],
    outfile: usual,
    sourcemap: false,
  });
  const city = join(folder, 'city.json');
  writeFileSync(city, JSON.stringify(cityFile(demo)));
  const api = join(folder, 'functions', 'booking-api');
  const uncached = join(folder, 'no-code-cache');
  cpSync(api, uncached, { recursive: true });
  rmSync(join(uncached, codeCacheName()));
  const functions = {
    'booking api': join(api, 'boot.js'),
    'booking api, no code cache': join(uncached, 'boot.js'),
    'usual function': usual,
  };
  const millis = new Map(Object.keys(functions).map((name): [string, number[]] => [name, []]));
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [name, file] of Object.entries(functions)) {
      millis.get(name)?.push(start(file, environment(engine, city)));
    }
  }
  const middle = (name: string): number => median(millis.get(name) ?? []);
  const ratio = (name: string): number => middle(name) / middle('usual function');
  const row = (name: string, bytes: number): object => ({
    'KB of code': Math.round(bytes / 1024),
    'CPU ms': Number(middle(name).toFixed(1)),
    ratio: Number(ratio(name).toFixed(3)),
  });
  console.table({
    'booking api': row('booking api', statSync(join(api, 'index.js')).size),
    'booking api, no code cache': row('booking api, no code cache', statSync(join(api, 'index.js')).size),
    'usual function': row('usual function', statSync(usual).size),
  });
  const reached = ratio('booking api');
  console.log(`Node ${process.version}, ${ROUNDS} rounds: ${reached.toFixed(3)}; bar ${BAR}, aim ${AIM}`);
  return reached <= BAR;
}

/** Milliseconds of processor time of one cold start. @throws where it does not answer 200 */
function start(file: string, env: NodeJS.ProcessEnv): number {
  const script = `
    const before = process.cpuUsage();
    const { handler } = require(process.argv[1]);
    const context = { awsRequestId: 'r-1', functionName: 'f', getRemainingTimeInMillis: () => 10_000 };
    handler(JSON.parse(process.argv[2]), context).then(({ statusCode, body }) => {
      const { user, system } = process.cpuUsage(before);
      process.stdout.write('\\n' + JSON.stringify({ statusCode, body, micros: user + system }));
      process.exit();
    });`;
  const output = execFileSync(process.execPath, ['-e', script, file, JSON.stringify(EVENT)], {
    encoding: 'utf8',
    env,
  });
  const { statusCode, micros, body } = JSON.parse(output.slice(output.lastIndexOf('\n') + 1));
  if (statusCode !== 200) throw new Error(`${file} answers ${statusCode}: ${body}`);
  return micros / 1_000;
}

function environment(engine: TableEngine, cityFileName: string): NodeJS.ProcessEnv {
  return {
    CITY: demo.id,
    CITY_FILE: cityFileName,
    TABLE_NAME: engine.tableName,
    KEY_ID: 'alias/demo',
    AWS_REGION: demo.region,
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_ENDPOINT_URL_DYNAMODB: engine.endpoint,
  };
}

const path = '/booking/institutions/h1/departments/d1/week';

/** A department without doctors: one query finds none. */
const EVENT = {
  version: '2.0',
  routeKey: 'ANY /{proxy+}',
  rawPath: path,
  rawQueryString: '',
  headers: { accept: '*/*', host: 'example.cn' },
  pathParameters: { institutionId: 'h1', departmentId: 'd1' },
  requestContext: {
    http: { method: 'GET', path, protocol: 'HTTP/1.1', sourceIp: '203.0.113.9', userAgent: 'test' },
    requestId: 'edge-1',
    stage: '$default',
  },
  isBase64Encoded: false,
};
