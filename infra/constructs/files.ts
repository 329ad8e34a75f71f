import { Duration, type aws_kms as kms, aws_s3 as s3 } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { recordRetentionDays } from '../cities/record-retention.ts';
import { acknowledge } from './acknowledge.ts';
import type { CityStack } from './city-stack.ts';

/**
 * Documents and images: versioned, under the city's key, never public, every access on record. Nothing current
 * expires: whether a record may go is for its keepers to say.
 */
export class Files extends Construct {
  constructor(scope: Construct, stack: CityStack, key: kms.IKey) {
    super(scope, 'Files');
    const common = {
      blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
      objectOwnership: s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      removalPolicy: stack.removalPolicy,
    };
    const accessLogs = new s3.Bucket(this, 'AccessLogs', {
      ...common,
      bucketName: stack.names.accessLogs,
      // Log delivery cannot write under a customer key.
      encryption: s3.BucketEncryption.S3_MANAGED,
      lifecycleRules: [{ expiration: Duration.days(stack.city.logRetentionDays) }],
    });
    acknowledge(accessLogs, { 'AwsSolutions-S1': 'This bucket receives the access logs.' });
    new s3.Bucket(this, 'Bucket', {
      ...common,
      bucketName: stack.names.files,
      encryption: s3.BucketEncryption.KMS,
      encryptionKey: key,
      bucketKeyEnabled: true,
      versioned: true,
      // The library's own types disagree under exactOptionalPropertyTypes.
      serverAccessLogsBucket: accessLogs as s3.IBucket,
      lifecycleRules: [
        {
          abortIncompleteMultipartUploadAfter: Duration.days(7),
          noncurrentVersionExpiration: Duration.days(recordRetentionDays(stack.city)),
        },
      ],
      // A mini-program asks nobody; a page of the city's own domain is asked about by its browser.
      ...(stack.city.domain === undefined
        ? {}
        : {
            cors: [
              {
                allowedOrigins: [`https://${stack.city.domain.name}`],
                allowedMethods: [s3.HttpMethods.GET, s3.HttpMethods.PUT],
                allowedHeaders: ['content-type', 'x-amz-checksum-sha256'],
                maxAge: 3600,
              },
            ],
          }),
    });
  }
}
