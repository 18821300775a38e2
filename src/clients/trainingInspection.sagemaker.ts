/** The inspection of the training service on Amazon SageMaker. */
import { ListTrainingJobsCommand, SageMakerClient } from '@aws-sdk/client-sagemaker';
import type { AwsEndpoint } from './awsEndpoint';
import { asking } from './awsFault';
import { shortPatience } from './awsPatience';
import type { TrainingInspection } from './trainingInspection';

export function createSageMakerTrainingInspection(endpoint: AwsEndpoint): TrainingInspection {
  const sagemaker = new SageMakerClient({ ...endpoint, ...shortPatience });
  return {
    newestJob: () =>
      asking('sagemaker:ListTrainingJobs', async () => {
        const answer = await sagemaker.send(
          new ListTrainingJobsCommand({
            NameContains: 'frontpage-',
            SortBy: 'CreationTime',
            SortOrder: 'Descending',
            MaxResults: 1,
          }),
        );
        const job = answer.TrainingJobSummaries?.[0];
        return job && { name: job.TrainingJobName ?? '', status: job.TrainingJobStatus ?? 'unknown' };
      }),
  };
}
