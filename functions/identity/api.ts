import { createApi } from '../../shared/http/api.ts';
import { identity } from './context.ts';

export const handler = createApi(identity);
