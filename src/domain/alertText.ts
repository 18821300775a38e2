/** An alert in words, for every channel the same. */
import { type Alert, alertCatalogue, type Notification } from './alerts';

/** `link`: where the article about this alert is. */
export function notificationOf(alert: Alert, link: string): Notification {
  const { kind, runDate } = alert;
  const { severity, title } = alertCatalogue[kind];
  return {
    kind,
    severity,
    runDate,
    title: `${severity}: ${title} (${runDate})`,
    text: withoutReaders(clipped(tell(alert))),
    link,
  };
}

function tell(alert: Alert): string {
  const { runDate } = alert;
  switch (alert.kind) {
    case 'not started':
      return `There is no run of ${runDate}${alert.dueAtMs === undefined ? '' : `, which was due at ${at(alert.dueAtMs)}`}: ${alert.why}.`;
    case 'waiting for data': {
      const missing = alert.waitingFor.length === 0 ? 'what is missing is not known yet' : alert.waitingFor.join('; ');
      return `Waiting since ${at(alert.sinceMs)}, until ${at(alert.untilMs)} at most: ${missing}.`;
    }
    case 'recovering from interruption': {
      const done = alert.donePercent === undefined ? '' : `, ${alert.donePercent} % of the work was done`;
      const times = alert.interruptions === 1 ? 'One interruption' : `${alert.interruptions} interruptions`;
      return `${times} so far${done}. The job goes on from its newest checkpoint when there is capacity [job=${alert.jobName}].`;
    }
    case 'escalated to on demand':
      return alert.after === undefined
        ? `No time is left to try Spot, so the training starts on ${alert.rung}.`
        : `The attempt before ended as ${alert.after}; the training continues on ${alert.rung}.`;
    case 'rejected':
      return `What is live stays live: ${alert.message}`;
    case 'waiting for approval': {
      const otherwise = alert.onNoDecision === 'accept' ? 'accepted' : 'rejected';
      return `Decide until ${at(alert.untilMs)}, or it is ${otherwise}. In doubt is ${alert.doubts}.`;
    }
    case 'late':
      return `The set of ${runDate} was to be live by ${at(alert.deadlineAtMs)}; the run is at '${alert.stage}'.`;
    case 'published': {
      const { version, readers, recallAt10, training, degraded } = alert;
      const lines = [`${version} is live: lists for ${readers} readers, recall@10 ${recallAt10.toFixed(4)}.`];
      if (training !== undefined) lines.push(`Training: ${training}.`);
      if (degraded !== undefined) lines.push(`The day is degraded: ${degraded}.`);
      return lines.join('\n');
    }
    case 'rolled back':
      return `Readers are back at ${alert.to}, from ${alert.from}: ${alert.why}`;
    case 'failed':
      return `${alert.failureType} at '${alert.stage}', so what is live stays live: ${alert.message}`;
  }
}

function at(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 16)}Z`;
}

/** A failure of a trainer can bring pages of its log. */
const longestText = 1500;

function clipped(text: string): string {
  return text.length <= longestText ? text : `${text.slice(0, longestText)}…`;
}

/** Failures name places, not readers. Should one ever name the item of a reader, channels outside do not learn whose. */
function withoutReaders(text: string): string {
  return text.replaceAll(/\bu#[^\s,;\]]+/g, 'u#…');
}
