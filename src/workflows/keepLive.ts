/** Runs that were started to look back only: they train, are judged and reported, and what is live stays live. */
import { workflowInfo } from '@temporalio/workflow';
import { keepLiveMemo } from '../contract';

export function keepsLive(): boolean {
  return workflowInfo().memo?.[keepLiveMemo] === true;
}
