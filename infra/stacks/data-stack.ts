import { aws_dynamodb as dynamodb, RemovalPolicy, aws_ssm as ssm } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { indexNames, tableIndexes, tableKeys, ttlAttribute } from '../../shared/data/schema.ts';
import type { City } from '../cities/city.ts';
import { CityKey } from '../constructs/city-key.ts';
import { CityStack } from '../constructs/city-stack.ts';
import { Files } from '../constructs/files.ts';
import { watchTable } from '../constructs/table-alarms.ts';

const string = (name: string) => ({ name, type: dynamodb.AttributeType.STRING });

/** What must never be lost: the key, the table, the files. Deployed first and seldom. */
export class DataStack extends CityStack {
  constructor(scope: Construct, city: City) {
    super(scope, 'data', city, 'Key, table and files');
    const { key } = new CityKey(this, this);
    const warm = warmthOf(city);
    const table = new dynamodb.Table(this, 'Table', {
      tableName: this.names.table,
      partitionKey: string(tableKeys.partitionKey),
      sortKey: string(tableKeys.sortKey),
      timeToLiveAttribute: ttlAttribute,
      billingMode: dynamodb.BillingMode.PAY_PER_REQUEST,
      encryption: dynamodb.TableEncryption.CUSTOMER_MANAGED,
      encryptionKey: key,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: city.pointInTimeRecovery },
      stream: dynamodb.StreamViewType.NEW_AND_OLD_IMAGES,
      deletionProtection: city.deletionProtection,
      // Nothing deletes a protected table, a rollback neither: it would only fail.
      removalPolicy: city.deletionProtection ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
      ...warm,
    });
    for (const indexName of indexNames) {
      const { partitionKey, sortKey, projection } = tableIndexes[indexName];
      table.addGlobalSecondaryIndex({
        indexName,
        partitionKey: string(partitionKey),
        sortKey: string(sortKey),
        // A cold index holds back the writes of a warm table.
        ...warm,
        ...(projection === 'ALL'
          ? { projectionType: dynamodb.ProjectionType.ALL }
          : { projectionType: dynamodb.ProjectionType.INCLUDE, nonKeyAttributes: [...projection] }),
      });
    }
    watchTable(this, this);
    new Files(this, this, key);
    this.share(this.names.keyArnParameter, key.keyArn);
    this.share(this.names.streamArnParameter, table.tableStreamArn ?? '');
  }

  private share(parameterName: string, stringValue: string): void {
    new ssm.StringParameter(this, parameterName.split('/').at(-1) ?? parameterName, {
      parameterName,
      stringValue,
    });
  }
}

function warmthOf({ warmThroughput: warm }: City): Pick<dynamodb.TableProps, 'warmThroughput'> {
  if (warm === undefined) return {};
  return {
    warmThroughput: { readUnitsPerSecond: warm.readsPerSecond, writeUnitsPerSecond: warm.writesPerSecond },
  };
}
