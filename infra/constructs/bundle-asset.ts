import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { aws_lambda as lambda } from 'aws-cdk-lib';

/**
 * A function's folder without its source map. V8 never writes the same code cache twice, so a cache counts by its name:
 * the same sources on the same V8 are the same function, and are not deployed again.
 */
export function bundleAsset(folder: string): lambda.AssetCode {
  const hash = createHash('sha256');
  for (const name of readdirSync(folder).toSorted()) {
    if (name.endsWith('.map')) continue;
    hash.update(`${name}\n`);
    if (!name.endsWith('.cache')) hash.update(readFileSync(join(folder, name)));
  }
  return lambda.Code.fromAsset(folder, { exclude: ['*.map'], assetHash: hash.digest('hex') });
}
