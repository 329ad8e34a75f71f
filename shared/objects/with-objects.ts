import type { Context } from '../context.ts';
import type { Deps } from '../deps.ts';
import { awsConnection, InvalidEnvironment } from '../env.ts';
import { noObjects, type ObjectStore } from './objects.ts';
import { s3Objects } from './s3-objects.ts';
import { s3Signer } from './s3-signer.ts';

/**
 * The context with the city's bucket in reach: `createApi(withObjects(report))`. Only entries that say so carry what it
 * takes. Whoever has passed a store of their own, as the laptop does, keeps it.
 * @throws InvalidEnvironment when the context does not declare `objects`, so that its functions know no bucket
 */
export function withObjects(context: Context): Context {
  return {
    ...context,
    provide: (deps) =>
      context.provide(deps.objects === noObjects ? { ...deps, objects: bucketOf(deps) } : deps),
  };
}

function bucketOf({ env, clock }: Deps): ObjectStore {
  const { BUCKET_URL: bucketUrl } = env;
  if (bucketUrl === undefined) throw new InvalidEnvironment(['BUCKET_URL']);
  return s3Objects({ signer: s3Signer({ bucketUrl, ...awsConnection('S3'), clock }), clock });
}
