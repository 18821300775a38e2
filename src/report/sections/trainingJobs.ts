/** Every training job of the run: on which rung, how it ended, what it lost, what of it was billed. */
import type { TrainingAttempt } from '../../contract';
import { rungName } from '../../domain/trainingCost';
import type { Html } from '../../pages/html';
import type { JobTimes } from '../context';
import { duration, notKnown } from '../figures';
import { absent, tableOf } from '../parts';

export function trainingJobs(attempts: readonly TrainingAttempt[], jobs: readonly JobTimes[]): Html[] {
  if (attempts.length === 0) return [absent('No training job was started.')];
  const unknown = jobs.flatMap(({ jobName, spans }) =>
    'notKnown' in spans ? [absent(`When ${jobName} did what is not known: ${spans.notKnown}`)] : [],
  );
  return [
    tableOf(
      'Training jobs',
      [
        { name: 'Job' },
        { name: 'Rung' },
        { name: 'Ended' },
        { name: 'Interruptions', isNumber: true },
        { name: 'Lost', isNumber: true },
        { name: 'Trained', isNumber: true },
        { name: 'Billed', isNumber: true },
        { name: 'Resumed from iteration' },
      ],
      attempts.map((attempt) => [
        attempt.jobName ?? 'no job was made',
        rungName(attempt),
        attempt.why === undefined ? attempt.outcome : `${attempt.outcome}, because of the ${attempt.why}`,
        attempt.interruptions,
        attempt.lostSeconds === undefined ? notKnown : duration(attempt.lostSeconds),
        duration(attempt.trainingSeconds),
        duration(attempt.billableSeconds),
        attempt.resumedFrom.length === 0 ? 'none' : attempt.resumedFrom.join(', '),
      ]),
    ),
    ...unknown,
  ];
}
