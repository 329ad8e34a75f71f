import { createApi } from '../../shared/http/api.ts';
import { followup } from './context.ts';

export const handler = createApi(followup);
