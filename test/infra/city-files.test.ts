import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { allCities } from '../../infra/cities/all-cities.ts';
import { type City, cityFile } from '../../infra/cities/city.ts';
import { demo } from '../../infra/cities/demo.ts';
import { policySections } from '../../infra/cities/policy-sections.ts';
import { contexts } from '../../infra/contexts.ts';
import { cityAsset } from '../../infra/stacks/city-asset.ts';
import { parseCity } from '../../shared/policy/city.ts';

const cities: readonly (readonly [string, City])[] = allCities.map((city) => [city.id, city]);

describe('the settings of', () => {
  it.each(cities)('%s become a file that functions can read', (_, city) => {
    const read = parseCity(JSON.parse(JSON.stringify(cityFile(city))), []);
    expect({ id: read.id, name: read.name, divisionCode: read.divisionCode }).toEqual({
      id: city.id,
      name: city.name,
      divisionCode: city.divisionCode,
    });
  });

  it.each(cities)('%s are whole: every section that a context declares, and no other', (_, city) => {
    const dist = mkdtempSync(join(tmpdir(), 'city-'));
    onTestFinished(() => rmSync(dist, { recursive: true }));
    const folder = cityAsset(city, dist);
    const json: unknown = JSON.parse(readFileSync(join(folder, 'city.json'), 'utf8'));
    expect(() => parseCity(json, policySections, { complete: true })).not.toThrow();
  });

  it('are refused before anything is deployed when a section is missing, faulty or nobody’s', () => {
    const { booking: _, ...rest } = demo.policy;
    const write = (policy: City['policy']) => () => cityAsset({ ...demo, policy }, '/nowhere');
    expect(write(rest)).toThrow('policy.booking');
    expect(write({ ...demo.policy, booking: [] })).toThrow('policy.booking');
    expect(write({ ...demo.policy, referrals: [] })).toThrow('policy.referrals');
  });

  it('meet every context there is: a folder with a declaration is in the list', () => {
    const files = globSync('functions/*/context.ts', { cwd: join(import.meta.dirname, '..', '..') });
    expect(contexts.map(({ name }) => name).toSorted()).toEqual(
      files.map((file) => basename(dirname(file))).toSorted(),
    );
  });

  it('know the policy section of every context that has one', async () => {
    const files = globSync('functions/*/policy.ts', { cwd: join(import.meta.dirname, '..', '..') });
    expect(files.map((file) => basename(dirname(file))).toSorted()).toEqual(
      [...new Set(policySections.map(({ name }) => name.split('-', 1)[0]))].toSorted(),
    );
  });

  it.each(cities)('%s hold nobody’s address, account or certificate in that file', (_, city) => {
    const text = JSON.stringify(
      cityFile({
        ...city,
        account: '111122223333',
        alarmEmails: ['duty@example.cn'],
        domain: { name: 'api.example.cn', certificateArn: 'arn:aws-cn:acm:x', icpRecord: '豫ICP备1号' },
      }),
    );
    expect(text).toContain('api.example.cn');
    expect(text).not.toMatch(/111122223333|duty@|arn:aws/);
  });

  it.each(cities)('%s keep logs six months at least, and data for ever where real people are', (_, city) => {
    expect(city.logRetentionDays).toBeGreaterThanOrEqual(180);
    expect(city.deletionProtection).toBe(city.demo !== true);
    expect(city.pointInTimeRecovery).toBe(true);
  });

  it('reach the functions with the time at which a secret was replaced, so that a deployment starts them anew', () => {
    const of = (city: City) => JSON.stringify(cityFile(city));
    expect(of({ ...demo, secretsPutAt: '2026-11-30T22:00' })).not.toBe(of(demo));
    expect(of({ ...demo, secretsPutAt: '2026-11-30T22:00' })).not.toBe(
      of({ ...demo, secretsPutAt: '2026-12-01T22:00' }),
    );
  });

  it('let nobody play in a city of China: known passwords belong to the demonstration', () => {
    expect(allCities.filter((city) => city.demo === true).map(({ id }) => id)).toEqual(['demo']);
    expect(demo.region).not.toMatch(/^cn-/);
    expect(cityFile(demo)).toMatchObject({ settings: { demo: true } });
  });

  it('are those of different cities: ids become names of resources', () => {
    expect(new Set(allCities.map(({ id }) => id)).size).toBe(allCities.length);
    for (const { id } of allCities) expect(id).toMatch(/^[a-z][a-z0-9-]{2,20}$/);
  });
});
