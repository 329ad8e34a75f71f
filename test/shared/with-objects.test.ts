import { describe, expect, it } from 'vitest';
import { defineContext } from '../../shared/define-context.ts';
import { createDeps } from '../../shared/deps.ts';
import { InvalidEnvironment, readEnv } from '../../shared/env.ts';
import { defineErrors } from '../../shared/kernel/errors.ts';
import { ObjectsOutOfReach } from '../../shared/objects/objects.ts';
import { withObjects } from '../../shared/objects/with-objects.ts';
import { cityNamed } from '../support/city-policy.ts';
import { testClock, testDeps, testKms } from '../support/deps.ts';

const ward = defineContext({
  name: 'ward',
  errors: defineErrors({}),
  routes: [],
  objects: { read: true, write: true },
});
const link = { key: 'ward/1', fileName: 'a.pdf', contentType: 'application/pdf', expiresInSeconds: 60 };

function awsDeps(variables: Record<string, string>) {
  const env = readEnv({ CITY: 'demo', CITY_FILE: '-', TABLE_NAME: 'table', KEY_ID: 'key', ...variables });
  const { table } = testDeps();
  return createDeps(env, {
    clock: testClock('2026-03-02T00:00:00.000Z'),
    city: cityNamed('demo'),
    kms: testKms,
    table,
  });
}

describe('a function with objects', () => {
  it("reaches the city's bucket by the address it was given", async () => {
    process.env['AWS_ACCESS_KEY_ID'] ??= 'id';
    process.env['AWS_SECRET_ACCESS_KEY'] ??= 'secret';
    process.env['AWS_REGION'] ??= 'cn-north-1';
    const deps = awsDeps({ BUCKET_URL: 'https://files.s3.cn-north-1.amazonaws.com.cn' });
    const { url, until } = await withObjects(ward).provide(deps).objects.downloadLink(link);
    expect(url).toMatch(/^https:\/\/files\.s3\.cn-north-1\.amazonaws\.com\.cn\/ward\/1\?X-Amz-Algorithm=/);
    expect(until).toBe('2026-03-02T00:01:00.000Z');
  });

  it('does not start without that address', () => {
    expect(() => withObjects(ward).provide(awsDeps({}))).toThrow(InvalidEnvironment);
    expect(() => readEnv({ CITY: 'demo', BUCKET_URL: 'files' })).toThrow('BUCKET_URL');
  });

  it('keeps the store that the laptop or a test has passed', () => {
    const deps = testDeps();
    expect(withObjects(ward).provide(deps).objects).toBe(deps.objects);
  });

  it('has no files where its entry does not say so', async () => {
    await expect(ward.provide(awsDeps({})).objects.downloadLink(link)).rejects.toThrow(ObjectsOutOfReach);
  });
});
