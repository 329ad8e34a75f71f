import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { KmsRefusal } from './refusal.ts';

const MASTER_BYTES = 32;
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** Encrypts under keys derived from one master key, as KMS does under keys it holds. */
export interface MasterKey {
  encrypt(keyName: string, plain: Uint8Array, context: Readonly<Record<string, string>>): Buffer;
  /** @throws KmsRefusal InvalidCiphertextException, IncorrectKeyException */
  decrypt(
    keyName: string | undefined,
    blob: Buffer,
    context: Readonly<Record<string, string>>,
  ): { readonly plain: Buffer; readonly keyName: string };
}

export function masterKey(master: Buffer): MasterKey {
  function derived(keyName: string): Buffer {
    return Buffer.from(hkdfSync('sha256', master, '', `kms ${keyName}`, 32));
  }

  return {
    /** 1 byte version, 1 byte length of the key's name, the name, then iv, ciphertext and tag. */
    encrypt(keyName, plain, context) {
      const name = Buffer.from(keyName);
      const head = Buffer.concat([Buffer.from([1, name.length]), name]);
      const iv = randomBytes(IV_BYTES);
      const cipher = createCipheriv('aes-256-gcm', derived(keyName), iv, { authTagLength: TAG_BYTES });
      cipher.setAAD(boundTo(head, context));
      return Buffer.concat([head, iv, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
    },

    decrypt(expected, blob, context) {
      const headLength = 2 + (blob[1] ?? 0);
      if (blob[0] !== 1 || blob.length < headLength + IV_BYTES + TAG_BYTES) {
        throw new KmsRefusal('InvalidCiphertextException');
      }
      const head = blob.subarray(0, headLength);
      const keyName = head.subarray(2).toString('utf8');
      if (expected !== undefined && expected !== keyName) throw new KmsRefusal('IncorrectKeyException');
      const iv = blob.subarray(headLength, headLength + IV_BYTES);
      const decipher = createDecipheriv('aes-256-gcm', derived(keyName), iv, { authTagLength: TAG_BYTES });
      decipher.setAAD(boundTo(head, context));
      decipher.setAuthTag(blob.subarray(-TAG_BYTES));
      try {
        const body = decipher.update(blob.subarray(headLength + IV_BYTES, -TAG_BYTES));
        return { plain: Buffer.concat([body, decipher.final()]), keyName };
      } catch {
        throw new KmsRefusal('InvalidCiphertextException');
      }
    },
  };
}

/** The master key of a file that only its owner reads; a first start writes it. Whoever loses it loses the data. */
export function masterKeyFile(path: string): Buffer {
  try {
    return readMaster(path);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
  }
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  // Written beside and linked into place: no reader sees half a key, and of two starters the first one's stands.
  const draft = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`;
  const file = openSync(draft, 'wx', 0o600);
  try {
    writeSync(file, `${randomBytes(MASTER_BYTES).toString('base64')}\n`);
    fsyncSync(file);
    linkSync(draft, path);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  } finally {
    closeSync(file);
    rmSync(draft);
  }
  return readMaster(path);
}

function readMaster(path: string): Buffer {
  const master = Buffer.from(readFileSync(path, 'utf8').trim(), 'base64');
  if (master.length !== MASTER_BYTES) throw new Error(`${path} holds no master key of ${MASTER_BYTES} bytes`);
  return master;
}

/** The encryption context has no order, so it is sorted before it is bound. */
function boundTo(head: Buffer, context: Readonly<Record<string, string>>): Buffer {
  const sorted = Object.entries(context).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Buffer.concat([head, Buffer.from(JSON.stringify(sorted))]);
}
