import { createPrivateKey, createPublicKey, type KeyObject, randomBytes } from 'node:crypto';
import * as z from 'zod/mini';
import { stateFile } from '../../state-file.ts';
import {
  newPlatformKey,
  newRsaKey,
  newSerial,
  PlatformKeyRing,
  pemOf,
  platformKeyState,
} from './platform-keys.ts';

/** Somebody who takes money over WeChat Pay, as WeChat knows them. */
export interface PayMerchant {
  readonly mchid: string;
  readonly name: string;
  /** Mini-programs bound to it. */
  readonly appIds: readonly string[];
  /** Of a service provider: whom it signs for. */
  readonly subMchids?: readonly string[];
  readonly serial: string;
  readonly publicKey: KeyObject;
  readonly apiV3Key: string;
  /** What WeChat keeps of each payment, in basis points. Public hospitals pay nothing. */
  readonly feeBasisPoints?: number;
}

const merchantKeys = z.object({
  mchid: z.string(),
  serial: z.string(),
  privateKeyPem: z.string(),
  apiV3Key: z.string(),
});

/** A merchant's own secrets, in the form that the client reads. */
export type MerchantKeys = z.output<typeof merchantKeys>;

const keyState = z.object({ merchants: z.array(merchantKeys), platform: platformKeyState });
type KeyState = z.output<typeof keyState>;

export interface PayKeys {
  readonly merchants: ReadonlyMap<string, MerchantKeys>;
  readonly platform: PlatformKeyRing;
}

/**
 * Keys of both sides, made at the first start and kept in the data folder: good for this laptop and for nothing else.
 * A merchant that comes later gets its own.
 */
export async function openPayKeys(
  folder: string,
  mchids: readonly string[],
  nowMs: number,
): Promise<PayKeys> {
  const file = stateFile(`${folder}/wechat-pay-keys.json`, z.nullable(keyState), null);
  const known = file.read();
  const missing = mchids.filter((mchid) => !known?.merchants.some((keys) => keys.mchid === mchid));
  const [made, platform] = await Promise.all([
    Promise.all(missing.map(newMerchantKeys)),
    known?.platform ?? firstPlatformKeys(nowMs),
  ]);
  let state: KeyState = { merchants: [...(known?.merchants ?? []), ...made], platform };
  file.write(state);
  return {
    merchants: new Map(state.merchants.map((keys) => [keys.mchid, keys])),
    platform: new PlatformKeyRing(platform, (changed) => {
      state = { ...state, platform: changed };
      file.write(state);
    }),
  };
}

/** What WeChat has of a merchant's keys. */
export function registered(
  keys: MerchantKeys,
  facts: Pick<PayMerchant, 'name' | 'appIds' | 'subMchids' | 'feeBasisPoints'>,
): PayMerchant {
  const publicKey = createPublicKey(createPrivateKey(keys.privateKeyPem));
  return { ...facts, mchid: keys.mchid, serial: keys.serial, publicKey, apiV3Key: keys.apiV3Key };
}

async function newMerchantKeys(mchid: string): Promise<MerchantKeys> {
  const { privateKey } = await newRsaKey();
  return {
    mchid,
    serial: newSerial(),
    privateKeyPem: pemOf(privateKey, 'pkcs8'),
    apiV3Key: randomBytes(16).toString('hex'),
  };
}

/** Both modes from the first day; new merchants are signed to by the public key. */
async function firstPlatformKeys(nowMs: number): Promise<z.output<typeof platformKeyState>> {
  const [publicKey, certificate] = await Promise.all([
    newPlatformKey('public-key', nowMs),
    newPlatformKey('certificate', nowMs),
  ]);
  return { keys: [publicKey, certificate], current: publicKey.id };
}
