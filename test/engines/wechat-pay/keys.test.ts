import { X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { openPayKeys, registered } from '../../../infra/local/wechat/pay/merchants.ts';
import { readMerchant } from '../../../shared/wechat/pay/merchant.ts';
import { readPlatformKeys } from '../../../shared/wechat/pay/platform-keys.ts';
import { tempFolder } from '../local/temp-folder.ts';

const NOW = Date.parse('2026-11-23T00:00:00.000Z');

describe("the laptop's keys", () => {
  it('are made once and kept; a merchant that comes later gets its own', async () => {
    const folder = tempFolder();
    const first = await openPayKeys(folder, ['1900000109'], NOW);
    const second = await openPayKeys(folder, ['1900000109', '1900000333'], NOW);
    expect(second.merchants.get('1900000109')).toEqual(first.merchants.get('1900000109'));
    expect([...second.merchants.keys()]).toEqual(['1900000109', '1900000333']);
    expect(second.platform.published()).toEqual(first.platform.published());
  });

  it('are what the client reads, on both sides', async () => {
    const { merchants, platform } = await openPayKeys(tempFolder(), ['1900000109'], NOW);
    const secrets = merchants.get('1900000109');
    if (secrets === undefined) throw new Error('no keys');
    expect(readMerchant(secrets).mchid).toBe('1900000109');
    expect(registered(secrets, { name: '', appIds: [] }).publicKey.asymmetricKeyType).toBe('rsa');
    const keys = readPlatformKeys(platform.published());
    expect([...keys.keys()][0]).toBe(platform.current);
    expect(platform.current).toMatch(/^PUB_KEY_ID_01[0-9A-F]{32}$/);
  });

  it('keep a rotation over a restart', async () => {
    const folder = tempFolder();
    const { platform } = await openPayKeys(folder, [], NOW);
    const id = await platform.add('certificate', NOW);
    platform.use(id);
    const again = await openPayKeys(folder, [], NOW);
    expect(again.platform.current).toBe(id);
    expect(again.platform.published()).toHaveLength(3);
    expect(again.platform.remove('PUB_KEY_ID_nobody')).toBe(false);
    expect(again.platform.use('PUB_KEY_ID_nobody')).toBe(false);
  });
});

describe('a platform certificate', () => {
  it('is a whole one: serial number, validity, key and its own signature', async () => {
    const { platform } = await openPayKeys(tempFolder(), [], NOW);
    const id = await platform.add('certificate', NOW);
    const pem = platform.published().flatMap((key) => ('certificatePem' in key ? [key.certificatePem] : []));
    const certificate = new X509Certificate(pem.at(-1) ?? '');
    expect(certificate.serialNumber).toBe(id);
    expect(certificate.subject).toBe('CN=stand-in for Tenpay.com Root CA');
    expect(certificate.verify(certificate.publicKey)).toBe(true);
    expect(new Date(certificate.validFrom).getTime()).toBe(NOW - 60_000);
    expect(certificate.validTo).toBe('Nov 22 23:59:00 2031 GMT');
  });
});
