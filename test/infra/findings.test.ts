import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { City } from '../../infra/cities/city.ts';
import { demo } from '../../infra/cities/demo.ts';
import { synthesise } from '../../infra/synth.ts';
import { stay } from '../support/workflows/stay/stay.ts';
import { testedCities, ward } from './synthesised.ts';

function findingsOf(cities: readonly City[]): readonly string[] {
  // CDK's own template rules run in `npm run synth`; here it is cdk-nag that is asked.
  process.env['CDK_VALIDATION'] = 'false';
  const folder = mkdtempSync(join(tmpdir(), 'findings-'));
  const dist = join(folder, 'dist');
  for (const entry of ['api', 'worker']) {
    mkdirSync(join(dist, 'functions', `ward-${entry}`), { recursive: true });
    writeFileSync(join(dist, 'functions', `ward-${entry}`, 'index.js'), '');
  }
  const { findings } = synthesise({
    cities,
    contexts: [ward],
    machines: [stay],
    dist,
    outdir: join(folder, 'cdk.out'),
  });
  rmSync(folder, { recursive: true });
  return findings;
}

describe('cdk-nag', () => {
  it('finds nothing that is not acknowledged with a reason, also where there are a domain and people to call', () => {
    expect(testedCities.some(({ alarmEmails }) => alarmEmails.length > 0)).toBe(true);
    expect(findingsOf(testedCities)).toEqual([]);
  });

  it('finds a table that cannot be restored, and names the rule and the place', () => {
    expect(findingsOf([{ ...demo, pointInTimeRecovery: false }])).toEqual([
      'AwsSolutions AwsSolutions-DDB3: demo/data/Table/Resource',
    ]);
  });
});
