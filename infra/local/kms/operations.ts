import { randomBytes } from 'node:crypto';
import * as z from 'zod';
import type { MasterKey } from './master-key.ts';
import { KmsRefusal } from './refusal.ts';

const KEY_ID = z.string().min(1).max(2048);
const CONTEXT = z.record(z.string(), z.string()).default({});
const BLOB = z.base64().transform((text) => Buffer.from(text, 'base64'));
const ALGORITHM = z.literal('SYMMETRIC_DEFAULT').optional();

const encryptRequest = z.object({
  KeyId: KEY_ID,
  Plaintext: BLOB.refine((plain) => plain.length >= 1 && plain.length <= 4096),
  EncryptionContext: CONTEXT,
  EncryptionAlgorithm: ALGORITHM,
});
const decryptRequest = z.object({
  KeyId: KEY_ID.optional(),
  CiphertextBlob: BLOB,
  EncryptionContext: CONTEXT,
  EncryptionAlgorithm: ALGORITHM,
});
const dataKeyRequest = z
  .object({
    KeyId: KEY_ID,
    EncryptionContext: CONTEXT,
    KeySpec: z.enum(['AES_256', 'AES_128']).optional(),
    NumberOfBytes: z.int().min(1).max(1024).optional(),
  })
  .refine(({ KeySpec, NumberOfBytes }) => (KeySpec === undefined) !== (NumberOfBytes === undefined));

/** The part of KMS that the product and its tools use. @throws KmsRefusal */
export function answer(master: MasterKey, operation: string, body: unknown): Record<string, string> {
  switch (operation) {
    case 'Encrypt': {
      const request = parsed(encryptRequest, body);
      const name = keyName(request.KeyId);
      const blob = master.encrypt(name, request.Plaintext, request.EncryptionContext);
      return { ...described(name), CiphertextBlob: blob.toString('base64') };
    }
    case 'Decrypt': {
      const request = parsed(decryptRequest, body);
      const expected = request.KeyId === undefined ? undefined : keyName(request.KeyId);
      const opened = master.decrypt(expected, request.CiphertextBlob, request.EncryptionContext);
      return { ...described(opened.keyName), Plaintext: opened.plain.toString('base64') };
    }
    case 'GenerateDataKey': {
      const request = parsed(dataKeyRequest, body);
      const name = keyName(request.KeyId);
      const plain = randomBytes(request.NumberOfBytes ?? (request.KeySpec === 'AES_128' ? 16 : 32));
      const blob = master.encrypt(name, plain, request.EncryptionContext);
      return {
        KeyId: arnOf(name),
        CiphertextBlob: blob.toString('base64'),
        Plaintext: plain.toString('base64'),
      };
    }
    default:
      throw new KmsRefusal('UnsupportedOperationException', `the local KMS does not know ${operation}`);
  }
}

function parsed<T>(schema: z.ZodType<T>, body: unknown): T {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  const where = result.error.issues.map((issue) => issue.path.join('.')).join(', ');
  throw new KmsRefusal('ValidationException', `invalid request: ${where}`);
}

/** An id, an alias, or the ARN of either: `alias/city` and `…:alias/city` are one key, and any name exists. */
function keyName(keyId: string): string {
  const name = (keyId.startsWith('arn:') ? (keyId.split(':')[5] ?? '') : keyId).replace(/^key\//, '');
  if (name === '' || Buffer.byteLength(name) > 255) throw new KmsRefusal('NotFoundException', 'no such key');
  return name;
}

function arnOf(name: string): string {
  return `arn:local:kms:local:000000000000:${name.startsWith('alias/') ? name : `key/${name}`}`;
}

function described(name: string): Record<string, string> {
  return { KeyId: arnOf(name), EncryptionAlgorithm: 'SYMMETRIC_DEFAULT' };
}
