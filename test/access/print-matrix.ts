import { contexts } from '../../infra/contexts.ts';
import { matrixMarkdown } from '../../shared/access/matrix.ts';

process.stdout.write(`${matrixMarkdown(contexts)}\n`);
