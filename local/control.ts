/** The control addresses of the local Firehose and SageMaker: what a demo or a test does to them from outside. */

/** POSTs to `/_control/<path>` of a local server. Throws with the server's own words when it refuses. */
export async function postControl(serverUrl: string, path: string, body: object): Promise<void> {
  const response = await fetch(`${serverUrl}/_control/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const answer = await response.text();
  if (!response.ok) throw new Error(`${serverUrl}/_control/${path} answered ${response.status}: ${answer}`);
}
