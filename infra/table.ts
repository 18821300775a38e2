/**
 * The recommendation table. On demand: it is written for minutes a day and read all day. Warm throughput is for sets that
 * must be loaded faster than a new table can take, and is paid once.
 */
import { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, BillingMode, Table, TableEncryption } from 'aws-cdk-lib/aws-dynamodb';
import { Construct } from 'constructs';
import { expiryAttribute } from '../src/domain/checkupTable';
import type { SizeSettings } from '../src/domain/costPlanSizes';

export type RecommendationTableProps = Pick<SizeSettings, 'warmThroughput'>;

export class RecommendationTable extends Construct {
  readonly table: Table;

  constructor(scope: Construct, id: string, { warmThroughput }: RecommendationTableProps) {
    super(scope, id);
    this.table = new Table(this, 'Table', {
      partitionKey: { name: 'pk', type: AttributeType.STRING },
      sortKey: { name: 'sk', type: AttributeType.STRING },
      billingMode: BillingMode.PAY_PER_REQUEST,
      timeToLiveAttribute: expiryAttribute,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: true,
      encryption: TableEncryption.DEFAULT,
      removalPolicy: RemovalPolicy.RETAIN,
      ...(warmThroughput === undefined
        ? {}
        : {
            warmThroughput: {
              readUnitsPerSecond: warmThroughput.readUnitsPerSecond,
              writeUnitsPerSecond: warmThroughput.writeUnitsPerSecond,
            },
          }),
    });
  }
}
