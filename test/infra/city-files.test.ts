import { describe, expect, it } from 'vitest';
import { allCities } from '../../infra/cities/all-cities.ts';
import { type City, cityFile } from '../../infra/cities/city.ts';
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
    expect(city.deletionProtection).toBe(city.id !== 'demo');
    expect(city.pointInTimeRecovery).toBe(true);
  });

  it('are those of different cities: ids become names of resources', () => {
    expect(new Set(allCities.map(({ id }) => id)).size).toBe(allCities.length);
    for (const { id } of allCities) expect(id).toMatch(/^[a-z][a-z0-9-]{2,20}$/);
  });
});
