import type {
  _Record,
  DescribeStreamInput,
  DescribeStreamOutput,
  GetRecordsInput,
  GetRecordsOutput,
  GetShardIteratorInput,
  GetShardIteratorOutput,
  StreamRecord as Image,
} from '@aws-sdk/client-dynamodb-streams';
import { type AwsClient, type AwsConnection, createAwsClient } from '../../../shared/aws/aws-client.ts';

/** As it comes over the wire: times are seconds since the epoch. */
export interface StreamRecord extends Omit<_Record, 'dynamodb'> {
  readonly dynamodb?: Omit<Image, 'ApproximateCreationDateTime'> & {
    readonly ApproximateCreationDateTime?: number;
  };
}

export type StreamsClient = AwsClient<{
  DescribeStream: { input: DescribeStreamInput; output: DescribeStreamOutput };
  GetShardIterator: { input: GetShardIteratorInput; output: GetShardIteratorOutput };
  GetRecords: {
    input: GetRecordsInput;
    output: Omit<GetRecordsOutput, 'Records'> & { readonly Records?: readonly StreamRecord[] };
  };
}>;

export function createStreamsClient(connection: AwsConnection): StreamsClient {
  const service = { name: 'dynamodb', target: 'DynamoDBStreams_20120810', version: '1.0' } as const;
  return createAwsClient({ ...connection, service, attempts: 3 });
}

/** The last record that is done with. */
export interface StreamPosition {
  readonly streamArn: string;
  readonly shardId: string;
  readonly sequenceNumber: string;
}

export interface PlacedRecord {
  readonly record: StreamRecord;
  readonly position: StreamPosition;
}

/** Reads a table's stream shard by shard, in order, from a position or from the oldest record there is. */
export class StreamReader {
  readonly #client: StreamsClient;
  readonly #streamArn: string;
  #shardId: string | undefined;
  #after: string | undefined;
  #iterator: string | undefined;

  constructor(client: StreamsClient, streamArn: string, from: StreamPosition | undefined) {
    this.#client = client;
    this.#streamArn = streamArn;
    // Another stream's position means a new table: all of the new stream is news.
    if (from?.streamArn !== streamArn) return;
    this.#shardId = from.shardId;
    this.#after = from.sequenceNumber;
  }

  /** The next records, none when there is nothing new yet. */
  async read(): Promise<readonly PlacedRecord[]> {
    this.#iterator ??= await this.#newIterator();
    if (this.#iterator === undefined) return [];
    const { records, next } = await this.#page(this.#iterator);
    const shardId = this.#shardId ?? '';
    const placed = records.map((record) => ({ record, position: this.#positionOf(record, shardId) }));
    this.#after = placed.at(-1)?.position.sequenceNumber ?? this.#after;
    this.#iterator = next;
    // A closed shard: its child goes on where it ended.
    if (next === undefined && records.length === 0) await this.#toNextShard();
    return placed;
  }

  #positionOf(record: StreamRecord, shardId: string): StreamPosition {
    return { streamArn: this.#streamArn, shardId, sequenceNumber: record.dynamodb?.SequenceNumber ?? '' };
  }

  async #page(iterator: string): Promise<{ records: readonly StreamRecord[]; next: string | undefined }> {
    try {
      const page = await this.#client.call('GetRecords', { ShardIterator: iterator, Limit: 1000 });
      return { records: page.Records ?? [], next: page.NextShardIterator };
    } catch (cause) {
      const name = cause instanceof Error ? cause.name : '';
      if (name !== 'ExpiredIteratorException' && name !== 'TrimmedDataAccessException') throw cause;
      // DynamoDB keeps a day: what a longer pause lost is lost, the rest is read from its beginning.
      if (name === 'TrimmedDataAccessException') this.#after = undefined;
      return { records: [], next: await this.#newIterator() };
    }
  }

  async #newIterator(): Promise<string | undefined> {
    this.#shardId ??= (await this.#shards())[0];
    if (this.#shardId === undefined) return undefined;
    const place = { StreamArn: this.#streamArn, ShardId: this.#shardId };
    const { ShardIterator } = await this.#client.call(
      'GetShardIterator',
      this.#after === undefined
        ? { ...place, ShardIteratorType: 'TRIM_HORIZON' }
        : { ...place, ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', SequenceNumber: this.#after },
    );
    return ShardIterator;
  }

  async #toNextShard(): Promise<void> {
    const shards = await this.#shards();
    const next = shards[shards.indexOf(this.#shardId ?? '') + 1];
    if (next === undefined) return;
    this.#shardId = next;
    this.#after = undefined;
  }

  async #shards(): Promise<readonly string[]> {
    const { StreamDescription } = await this.#client.call('DescribeStream', { StreamArn: this.#streamArn });
    return (StreamDescription?.Shards ?? []).flatMap(({ ShardId }) => ShardId ?? []);
  }
}
