import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type CityOptions, startCity, type TestCity } from '../../support/city.ts';
import { tempFolder } from './temp-folder.ts';

async function demoCity(options: CityOptions = {}): Promise<TestCity> {
  const city = await startCity(options);
  onTestFinished(() => city.stop());
  return city;
}

async function memoryMb(city: TestCity): Promise<number> {
  const { body } = await city.http('GET', '/local/status');
  const { memoryMb: used } = body as { memoryMb: { city: number; engine: number } };
  expect(used).toEqual({ city: expect.any(Number), engine: expect.any(Number) });
  return used.city + used.engine;
}

/** Runs lines in one shell that ends at the first failure, an HTTP error included. */
function inShell(commands: readonly string[]): string {
  const strict = 'set -euo pipefail\ncurl() { command curl --fail-with-body "$@"; echo; }';
  return execFileSync('bash', ['-c', [strict, ...commands].join('\n')], { encoding: 'utf8' });
}

describe('npm start', () => {
  it('prints commands that work as they are printed', async () => {
    const city = await demoCity({ args: [] });
    await expect.poll(() => city.printed()).toContain('move the clock');
    const commands = city
      .printed()
      .split('\n')
      .filter((line) => line.startsWith('  '))
      .map((line) => line.trim());
    expect(commands.length).toBeGreaterThanOrEqual(12);
    const said = inShell(commands);
    expect(said).toContain('王立群');
    // Booked, then listed for the resident and for the desk.
    expect(said.match(/"appointmentId":/g)?.length).toBeGreaterThanOrEqual(3);
    // Owed, then paid on the telephone.
    expect(said).toMatch(/"totalFen":2000/);
    expect(said).toMatch(/"status":"PAID"/);
    expect(said).toMatch(/"settled":true/);
    // A line a request, and none of the metrics that nobody collects here.
    await expect.poll(() => city.printed()).toMatch(/^\d{3} POST \S+ \d+ ms$/m);
    expect(city.printed()).not.toContain('"_aws"');
  });

  it('needs less than 300 MB, a staff login and a day of the clock included', async () => {
    const city = await demoCity();
    const { body: totp } = await city.http('GET', '/local/totp?loginName=jxrm-clerk');
    expect(totp).toEqual({ totp: expect.stringMatching(/^\d{6}$/) });
    const body = { loginName: 'jxrm-clerk', password: 'Demo-2026-tiered' };
    expect((await city.http('POST', '/identity/staff-sessions', { body })).status).toBe(200);
    await city.clock.advance('P1D');
    expect(await memoryMb(city)).toBeLessThan(300);
  });

  it('never loads CDK, the SDK, esbuild or a test tool', async () => {
    const list = join(tempFolder(), 'modules.txt');
    const preload = `--import ${join(import.meta.dirname, 'module-list.ts')}`;
    const city = await demoCity({ env: { MODULE_LIST: list, NODE_OPTIONS: preload } });
    await city.http('GET', '/openapi.json');
    const modules = readFileSync(list, 'utf8').split('\n');
    expect(modules.some((url) => url.endsWith('/infra/contexts.ts'))).toBe(true);
    expect(modules.some((url) => url.includes('/node_modules/zod/'))).toBe(true);
    const heavy =
      /node_modules\/(aws-cdk-lib|constructs|cdk-nag|esbuild|vitest|typescript|fast-check|@aws-sdk|@smithy)\//;
    expect(modules.filter((url) => heavy.test(url))).toEqual([]);
  });

  it('shows what runs, and describes it as OpenAPI', async () => {
    const city = await demoCity();
    const page = String((await city.http('GET', '/')).body);
    expect(page).toContain('/identity/wechat-sessions');
    expect(page).toContain('/local/clock');
    expect(page).toContain('<a href="/local/wechat/pay">');
    expect((await city.http('GET', '/openapi.json')).body).toMatchObject({
      openapi: expect.stringMatching(/^3\./),
      paths: { '/identity/wechat-sessions': expect.anything() },
    });
  });

  it('gives one-time passwords of the demo’s staff only', async () => {
    const city = await demoCity();
    expect((await city.http('GET', '/local/totp?loginName=somebody')).status).toBe(404);
    expect((await city.http('GET', '/local/totp')).status).toBe(404);
  });

  it('knows the cities of the repository', async () => {
    await expect(demoCity({ args: ['--quiet', '--city', 'atlantis'] })).rejects.toThrow(
      'there is no city atlantis; there are: pingdingshan, minhang',
    );
  });

  it('runs a city without demo people too', async () => {
    const city = await demoCity({ args: ['--quiet', '--city', 'minhang'] });
    expect((await city.http('GET', '/local/status')).body).toMatchObject({ city: 'minhang' });
  });
});
