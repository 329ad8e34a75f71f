import { createApi } from '../../shared/http/api.ts';
import { withObjects } from '../../shared/objects/with-objects.ts';
import { report } from './context.ts';

export const handler = createApi(withObjects(report));
