/** Whether a retrier or catcher names an error. */
export function matches(errorEquals: readonly string[], error: string | undefined): boolean {
  // Not even when it is named.
  if (error === 'States.Runtime') return false;
  return errorEquals.some((name) => {
    if (name === 'States.ALL') return true;
    if (name === 'States.TaskFailed') return error !== undefined && error !== 'States.Timeout';
    // A heart that stopped beating is a kind of time-out.
    if (name === 'States.Timeout' && error === 'States.HeartbeatTimeout') return true;
    return name === error;
  });
}
