import { type AwsClient, type AwsConnection, createAwsClient } from '../aws/aws-client.ts';

/** Names what a wrapped key is for. Unwrapping needs the very same names, so a key moved elsewhere stays shut. */
export type WrapContext = Readonly<Record<string, string>>;

/** The city's master key: wraps the data keys that the table keeps. At most 4,096 bytes go in. */
export interface Kms {
  /** Base64. */
  wrap(plain: Uint8Array, context: WrapContext): Promise<string>;
  /** @throws WrappedKeyError when the text was not wrapped by this master key in this context. */
  unwrap(wrapped: string, context: WrapContext): Promise<Uint8Array>;
}

export class WrappedKeyError extends Error {
  readonly context: WrapContext;

  constructor(context: WrapContext, cause?: unknown) {
    super('a wrapped key does not open', { cause });
    this.name = 'WrappedKeyError';
    this.context = context;
  }
}

interface Named {
  readonly KeyId: string;
  readonly EncryptionContext: WrapContext;
}

/** Bytes go as base64. */
export type KmsClient = AwsClient<{
  Encrypt: { input: Named & { readonly Plaintext: string }; output: { readonly CiphertextBlob: string } };
  Decrypt: { input: Named & { readonly CiphertextBlob: string }; output: { readonly Plaintext: string } };
}>;

/**
 * AWS KMS by Encrypt and Decrypt with an encryption context. `keyId` is the key's id, ARN or alias; naming it on
 * Decrypt too makes a text wrapped under another key fail.
 */
export function createKms({ client, keyId }: { client: KmsClient; keyId: string }): Kms {
  return {
    async wrap(plain, context) {
      const Plaintext = Buffer.from(plain).toString('base64');
      const { CiphertextBlob } = await client.call('Encrypt', {
        KeyId: keyId,
        Plaintext,
        EncryptionContext: context,
      });
      return CiphertextBlob;
    },
    async unwrap(wrapped, context) {
      try {
        const { Plaintext } = await client.call('Decrypt', {
          KeyId: keyId,
          CiphertextBlob: wrapped,
          EncryptionContext: context,
        });
        return new Uint8Array(Buffer.from(Plaintext, 'base64'));
      } catch (error) {
        if (!(error instanceof Error && REFUSALS.has(error.name))) throw error;
        throw new WrappedKeyError(context, error);
      }
    },
  };
}

/** A stalled or throttled call is made three times. */
export function createKmsClient(connection: AwsConnection): KmsClient {
  const service = { name: 'kms', target: 'TrentService', version: '1.1' } as const;
  return createAwsClient({ ...connection, service, attempts: 3 });
}

const REFUSALS = new Set(['InvalidCiphertextException', 'IncorrectKeyException']);
