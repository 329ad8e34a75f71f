import { accessSync, constants } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';

const PACKAGE = '@dynoxide/linux-x64';

/** Where the embedded engine's program is; throws an error that names every way to provide one. */
export function findEngine(searchPath: string = process.env['PATH'] ?? '', inPackage = packaged()): string {
  const candidates = [inPackage, ...searchPath.split(delimiter).map((folder) => join(folder, 'dynoxide'))];
  const found = candidates.find((path) => path !== '' && isExecutable(path));
  if (found !== undefined) return found;
  throw new Error(
    'No DynamoDB to run on. Any one of these will do: ' +
      '(1) AWS_ENDPOINT_URL_DYNAMODB with the address of one that runs already, e.g. DynamoDB Local; ' +
      `(2) the optional npm package ${PACKAGE}, which npm installs on Linux x64; ` +
      '(3) the program dynoxide on PATH (https://github.com/nubo-db/dynoxide).',
  );
}

function packaged(): string {
  try {
    return createRequire(import.meta.url).resolve(`${PACKAGE}/dynoxide`);
  } catch {
    return '';
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
