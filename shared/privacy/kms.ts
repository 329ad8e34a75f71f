import { DecryptCommand, EncryptCommand, type KMSClient } from '@aws-sdk/client-kms';

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

/**
 * AWS KMS by Encrypt and Decrypt with an encryption context. `keyId` is the key's id, ARN or alias; naming it on
 * Decrypt too makes a text wrapped under another key fail.
 */
export function createKms({ client, keyId }: { client: Pick<KMSClient, 'send'>; keyId: string }): Kms {
  return {
    async wrap(plain, context) {
      const answer = await client.send(
        new EncryptCommand({ KeyId: keyId, Plaintext: plain, EncryptionContext: { ...context } }),
      );
      if (answer.CiphertextBlob === undefined) throw new WrappedKeyError(context);
      return Buffer.from(answer.CiphertextBlob).toString('base64');
    },
    async unwrap(wrapped, context) {
      try {
        const answer = await client.send(
          new DecryptCommand({
            KeyId: keyId,
            CiphertextBlob: Buffer.from(wrapped, 'base64'),
            EncryptionContext: { ...context },
          }),
        );
        if (answer.Plaintext !== undefined) return answer.Plaintext;
      } catch (error) {
        if (!(error instanceof Error && REFUSALS.has(error.name))) throw error;
        throw new WrappedKeyError(context, error);
      }
      throw new WrappedKeyError(context);
    },
  };
}

const REFUSALS = new Set(['InvalidCiphertextException', 'IncorrectKeyException']);
