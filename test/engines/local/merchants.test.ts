import { describe, expect, it } from 'vitest';
import { combinerOf, payeesOf, readMerchants } from '../../../infra/local/city/merchants.ts';
import { readCity } from '../../../infra/local/city/read-city.ts';

const DEMO = 'infra/local/city/jiaxian';
const city = readCity(DEMO);
const payees = payeesOf(city);

describe('the merchants of the demo county', () => {
  it('take the money of each hospital apart, and of all community institutions together', () => {
    const ids = (isHospital: boolean) =>
      city.institutions
        .filter(({ level }) => level !== 'authority')
        .filter(({ kind }) => kind.endsWith('hospital') === isHospital)
        .map(({ institutionId }) => institutionId);
    const hospitals = ids(true).map((id) => payees.get(id));
    expect(new Set(hospitals).size).toBe(5);
    expect(hospitals).not.toContain(undefined);
    const others = new Set(ids(false).map((id) => payees.get(id)));
    expect(others.size).toBe(1);
    expect([...others]).not.toContain(undefined);
    expect(hospitals).not.toContain([...others][0]);
    expect(payees.size).toBe(ids(true).length + ids(false).length);
  });

  it('take no money for an authority', () => {
    expect(payees.has('jiaxian-health-commission')).toBe(false);
  });

  it('pay WeChat no fee, and have one among them that places combined orders and is paid nothing', () => {
    const merchants = readMerchants(DEMO);
    expect(merchants).toEqual(city.merchants);
    expect(merchants.every(({ feeBasisPoints }) => feeBasisPoints === 0)).toBe(true);
    const combiner = combinerOf(merchants);
    expect(combiner).toMatch(/^\d{8,10}$/);
    expect([...payees.values()]).not.toContain(combiner);
  });

  it('name a hospital before its level', () => {
    const facts = { feeBasisPoints: 0, combines: false };
    const institution = city.institutions.find(({ institutionId }) => institutionId === 'pds-first-hospital');
    if (institution === undefined) throw new Error('no hospital');
    const level = {
      ...facts,
      mchid: '1900000001',
      name: '级',
      institutionIds: [],
      levels: ['tertiary' as const],
    };
    const own = {
      ...facts,
      mchid: '1900000002',
      name: '院',
      institutionIds: ['pds-first-hospital'],
      levels: [],
    };
    const merchants = [level, own];
    expect(payeesOf({ institutions: [institution], merchants }).get('pds-first-hospital')).toBe('1900000002');
  });
});
