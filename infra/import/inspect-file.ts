import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { ImportError } from './options.ts';

export interface Inspected {
  /** What is resumed is this very file. */
  readonly sha256: string;
  readonly encoding: 'utf-8' | 'gb18030';
  /** At most: cells may hold line breaks. The header is one. */
  readonly rows: number;
}

const LINE_BREAK = 0x0a;

/**
 * Reads a file through once, whatever its size. What is no UTF-8 is GBK, as Excel saves CSV in China (GB 18030 is its
 * superset): text of the one is hardly ever valid as the other. @throws ImportError
 */
export async function inspectFile(file: string): Promise<Inspected> {
  const hash = createHash('sha256');
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let isUtf8 = true;
  let [rows, last] = [0, LINE_BREAK];
  try {
    for await (const chunk of createReadStream(file)) {
      const bytes: Buffer = chunk;
      hash.update(bytes);
      for (const byte of bytes) if (byte === LINE_BREAK) rows += 1;
      last = bytes.at(-1) ?? last;
      isUtf8 = isUtf8 && decodes(decoder, bytes);
    }
  } catch (cause) {
    throw new ImportError(`${file} cannot be read: ${cause instanceof Error ? cause.message : cause}`);
  }
  isUtf8 = isUtf8 && decodes(decoder);
  return {
    sha256: hash.digest('hex'),
    encoding: isUtf8 ? 'utf-8' : 'gb18030',
    rows: rows + (last === LINE_BREAK ? 0 : 1),
  };
}

function decodes(decoder: InstanceType<typeof TextDecoder>, bytes?: Buffer): boolean {
  try {
    decoder.decode(bytes, { stream: bytes !== undefined });
    return true;
  } catch {
    return false;
  }
}
