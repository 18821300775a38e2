/** The infrastructure with a bucket that anybody reaches without TLS: what the checks must refuse. */
import { App } from 'aws-cdk-lib';
import { CfnBucket } from 'aws-cdk-lib/aws-s3';
import { addFrontpage } from '../../infra/app';

const bucket = new CfnBucket(addFrontpage(new App()), 'Open');
bucket.overrideLogicalId('Open');
