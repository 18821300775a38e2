/** The inspection of the recommendation table on Amazon DynamoDB. */
import {
  DescribeContinuousBackupsCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  DynamoDBClient,
} from '@aws-sdk/client-dynamodb';
import type { AwsEndpoint } from './awsEndpoint';
import { asking } from './awsFault';
import { shortPatience } from './awsPatience';
import type { TableInspection } from './tableInspection';

export function createDynamoDbTableInspection(tableName: string, endpoint: AwsEndpoint): TableInspection {
  const dynamodb = new DynamoDBClient({ ...endpoint, ...shortPatience });
  return {
    describe: () =>
      asking('dynamodb:DescribeTable', async () => {
        const { Table: table } = await dynamodb.send(new DescribeTableCommand({ TableName: tableName }));
        const types = new Map(
          (table?.AttributeDefinitions ?? []).map(({ AttributeName, AttributeType }) => [AttributeName, AttributeType]),
        );
        const onDemand = table?.BillingModeSummary?.BillingMode === 'PAY_PER_REQUEST';
        return {
          status: table?.TableStatus ?? 'unknown',
          keys: (table?.KeySchema ?? []).map(
            ({ AttributeName, KeyType }) => `${AttributeName}:${types.get(AttributeName)}:${KeyType}`,
          ),
          ...(onDemand ? {} : { provisionedWriteUnits: table?.ProvisionedThroughput?.WriteCapacityUnits ?? 0 }),
          deletionProtected: table?.DeletionProtectionEnabled ?? false,
        };
      }),

    timeToLive: () =>
      asking('dynamodb:DescribeTimeToLive', async () => {
        const answer = await dynamodb.send(new DescribeTimeToLiveCommand({ TableName: tableName }));
        const { TimeToLiveStatus, AttributeName } = answer.TimeToLiveDescription ?? {};
        return {
          status: TimeToLiveStatus ?? 'DISABLED',
          ...(AttributeName === undefined ? {} : { attribute: AttributeName }),
        };
      }),

    recovery: () =>
      asking('dynamodb:DescribeContinuousBackups', async () => {
        const answer = await dynamodb.send(new DescribeContinuousBackupsCommand({ TableName: tableName }));
        const recovery = answer.ContinuousBackupsDescription?.PointInTimeRecoveryDescription;
        return recovery?.PointInTimeRecoveryStatus === 'ENABLED';
      }),
  };
}
