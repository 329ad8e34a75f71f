import { createApi } from '../../shared/http/api.ts';
import { signing } from './context.ts';

export const handler = createApi(signing);
