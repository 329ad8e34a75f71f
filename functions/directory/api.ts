import { createApi } from '../../shared/http/api.ts';
import { directory } from './context.ts';

export const handler = createApi(directory);
