import { parseArgs } from 'node:util';

export interface StartOptions {
  readonly city: string;
  /** Data folder. */
  readonly folder: string;
  /** 0: any free one. */
  readonly port: number;
  /** Begin with an empty folder. */
  readonly reset: boolean;
  /** Say only where the city is. */
  readonly quiet: boolean;
}

export const USAGE = `npm start -- [--city <id>] [--data <folder>] [--reset] [--quiet]
  --city    which city of infra/cities to run          (default: demo)
  --data    folder that keeps everything it knows      (default: .local/<city>)
  --reset   throw that folder's contents away first
  --quiet   print the address and nothing else
PORT is the port on 127.0.0.1 (default 3000; 0: any free one).`;

/** Something the person at the keyboard can put right: shown without a stack. */
export class StartError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'StartError';
  }
}

/** @throws StartError */
export function readOptions(
  args: readonly string[],
  env: { readonly PORT?: string | undefined },
): StartOptions {
  const { city = 'demo', data, reset = false, quiet = false } = parsed(args);
  const port = Number(env.PORT ?? '3000');
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new StartError(`PORT is ${env.PORT}, which is no port`);
  }
  return { city, folder: data ?? `.local/${city}`, port, reset, quiet };
}

function parsed(args: readonly string[]): { city?: string; data?: string; reset?: boolean; quiet?: boolean } {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        city: { type: 'string' },
        data: { type: 'string' },
        reset: { type: 'boolean' },
        quiet: { type: 'boolean' },
      },
    });
    return values;
  } catch (cause) {
    throw new StartError(`${cause instanceof Error ? cause.message : ''}\n\n${USAGE}`);
  }
}
