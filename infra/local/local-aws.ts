import type { City } from '../cities/city.ts';

/**
 * Sends every AWS client of this process to this machine, as the SDK documents it. What the user has set already
 * stays: another engine can be named by `AWS_ENDPOINT_URL_DYNAMODB`.
 */
export function useLocalAws(
  city: Pick<City, 'region'>,
  { dynamoDb, kms }: { readonly dynamoDb: string; readonly kms: string },
): void {
  const settings = {
    AWS_REGION: city.region,
    AWS_ACCESS_KEY_ID: 'laptop',
    AWS_SECRET_ACCESS_KEY: 'laptop',
    AWS_ENDPOINT_URL_DYNAMODB: dynamoDb,
    AWS_ENDPOINT_URL_DYNAMODB_STREAMS: dynamoDb,
    AWS_ENDPOINT_URL_KMS: kms,
  };
  for (const [name, value] of Object.entries(settings)) process.env[name] ??= value;
}
