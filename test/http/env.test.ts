import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createDeps } from '../../shared/deps.ts';
import { awsConnection, InvalidEnvironment, readEnv } from '../../shared/env.ts';
import { cityNamed } from '../support/city-policy.ts';
import { testDeps } from '../support/deps.ts';

const ROOT = dirname(dirname(import.meta.dirname));
const MARKER = 'marker-secret';
const GOOD = { CITY: 'demo', CITY_FILE: '/opt/city.json', TABLE_NAME: 'demo-table', KEY_ID: 'alias/demo' };

function faultsOf(source: Record<string, string | undefined>): InvalidEnvironment {
  try {
    readEnv(source);
  } catch (error) {
    if (error instanceof InvalidEnvironment) return error;
    throw error;
  }
  throw new Error('the environment was taken');
}

describe('the environment', () => {
  it('is read with defaults for what may be left out', () => {
    expect(readEnv(GOOD)).toEqual({
      ...GOOD,
      LOG_LEVEL: 'INFO',
      WECHAT_ENDPOINT: 'https://api.weixin.qq.com',
      WECHAT_PAY_ENDPOINT: 'https://api.mch.weixin.qq.com',
    });
  });

  it('names every variable that is missing or wrong at once, and none of what they hold', () => {
    const endpoints = { WECHAT_ENDPOINT: MARKER, WECHAT_PAY_ENDPOINT: MARKER };
    const error = faultsOf({ CITY: '', KEY_ID: 'k', LOG_LEVEL: MARKER, ...endpoints });
    const wrong = ['CITY', 'CITY_FILE', 'TABLE_NAME', 'LOG_LEVEL', 'WECHAT_ENDPOINT', 'WECHAT_PAY_ENDPOINT'];
    expect(error.variables).toEqual(wrong);
    expect(error.message).toContain(wrong.join(', '));
    expect(error.message).not.toContain(MARKER);
  });

  it('says where AWS is and lends its credentials, and says what is missing', async () => {
    const before = { ...process.env };
    onTestFinished(() => {
      process.env = before;
    });
    process.env = { AWS_REGION: 'cn-north-1', AWS_ACCESS_KEY_ID: 'id', AWS_SECRET_ACCESS_KEY: 'secret' };
    const { credentials, ...place } = awsConnection('KMS');
    expect(place).toEqual({ region: 'cn-north-1', endpoint: undefined });
    expect(await credentials()).toEqual({ accessKeyId: 'id', secretAccessKey: 'secret' });
    process.env = { ...process.env, AWS_SESSION_TOKEN: 'token' };
    expect(await credentials()).toEqual({
      accessKeyId: 'id',
      secretAccessKey: 'secret',
      sessionToken: 'token',
    });
    process.env = { AWS_REGION: 'local', AWS_ENDPOINT_URL: 'http://all', AWS_ENDPOINT_URL_KMS: 'http://kms' };
    expect(awsConnection('KMS').endpoint).toBe('http://kms');
    expect(awsConnection('DYNAMODB').endpoint).toBe('http://all');
    await expect(credentials()).rejects.toThrow(InvalidEnvironment);
    process.env = {};
    expect(() => awsConnection('KMS')).toThrow(InvalidEnvironment);
  });
});

describe('the dependencies of a container', () => {
  it("are not made for one city from another's file", () => {
    const env = readEnv({ ...GOOD, CITY: 'hechi' });
    const { table, kms } = testDeps();
    expect(() => createDeps(env, { table, kms, city: cityNamed('demo') })).toThrow(InvalidEnvironment);
    expect(() => createDeps(env, { table, kms, city: cityNamed('hechi') })).not.toThrow();
  });
});

describe('in functions/ and shared/', () => {
  const files = globSync('{functions,shared}/**/*.ts', { cwd: ROOT });
  const containing = (pattern: RegExp): readonly string[] =>
    files.filter((path) => pattern.test(readFileSync(join(ROOT, path), 'utf8'))).toSorted();

  it('env.ts alone reads the environment', () => {
    expect(files.length).toBeGreaterThan(100);
    expect(containing(/\bprocess\s*(\.|\?\.|\[\s*['"])\s*env\b|from 'node:process'/)).toEqual([
      'shared/env.ts',
    ]);
  });

  it('nobody writes to the console, and one file to the standard output', () => {
    expect(containing(/\bconsole\s*[.[]/)).toEqual([]);
    expect(containing(/\bprocess\s*\.\s*(stdout|stderr)\b/)).toEqual(['shared/observability/stdout.ts']);
  });
});
