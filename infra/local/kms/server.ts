import { randomBytes } from 'node:crypto';
import { AwsRefusal, type ServedService, serveAwsJson } from '../http/aws-json.ts';
import { masterKey, masterKeyFile } from './master-key.ts';
import { answer } from './operations.ts';

/** Its endpoint is for `AWS_ENDPOINT_URL_KMS`. */
export type LocalKms = ServedService;

/**
 * KMS for the laptop: the JSON 1.1 API that `@aws-sdk/client-kms` speaks, on 127.0.0.1. With a `keyFile` what was
 * encrypted survives a restart; without one the master key lives as long as the process.
 */
export async function startKms({
  keyFile,
  port = 0,
}: {
  keyFile?: string;
  port?: number;
} = {}): Promise<LocalKms> {
  const master = masterKey(keyFile === undefined ? randomBytes(32) : masterKeyFile(keyFile));
  return serveAwsJson(
    {
      version: '1.1',
      target: 'TrentService',
      mostBytes: 64 * 1024,
      failure: new AwsRefusal('KMSInternalException'),
      answer: (operation, body) => answer(master, operation, body),
    },
    port,
  );
}
