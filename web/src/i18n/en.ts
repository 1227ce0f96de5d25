export const en = {
  common: {
    cancel: 'Cancel',
    retry: 'Try again',
    loadMore: 'Load more',
    listSeparator: ', '
  },
  nav: {
    label: 'Main navigation',
    overview: 'Overview',
    history: 'History',
    skip: 'Skip to content',
    language: 'Language'
  },
  title: {
    overview: 'Overview',
    deployment: 'Deployment #{id}',
    history: 'Deployment history',
    notFound: 'Page not found'
  },
  live: {
    live: 'Live',
    connecting: 'Connecting …',
    lost: 'Connection lost',
    banner: 'The connection to the server is lost. This page shows the state as of {time}; updating and rolling back are possible again once it is back.',
    neverLoaded: 'The server cannot be reached yet. The page keeps trying.'
  },
  problem: {
    unreachable: 'The server could not be reached. Check that slipway-server is running and that this computer can reach it.',
    late: 'The server did not answer within {detail} seconds. What was asked for may still happen: look at the overview before trying again.',
    unexpected: 'Something other than Slipway answered ({detail}). If a proxy stands in between, look at its log.'
  },
  overview: {
    loading: 'Loading the apps …',
    emptyTitle: 'No apps are configured yet',
    emptyText: 'Add the first one to “apps” in server.json on the server, with its repository and nodes, and start slipway-server again:'
  },
  app: {
    frozen: 'Frozen:',
    frozenBy: 'by {who}',
    branch: 'Branch {name}',
    defaultBranch: 'Branch as checked out',
    nodesOnline: '{online} of {total} node online | {online} of {total} nodes online',
    noNodesTitle: 'No node is online',
    noNodesText: 'Start the agent on the host; the server then connects to it by itself:',
    nodes: 'Nodes of {app}',
    showAll: 'Show all {count} nodes',
    showFewer: 'Show fewer',
    update: 'Update',
    rollback: 'Roll back',
    selectFirst: 'Select a commit first to roll back to it',
    busy: 'A deployment is running',
    never: 'Not deployed through Slipway yet',
    lastDeployment: 'Last deployment #{id}'
  },
  node: {
    online: 'Online',
    offline: 'Offline',
    noRevision: 'nothing yet',
    modified: '{count} file changed locally | {count} files changed locally',
    drifted: 'Drifted: {differences}',
    notOn: 'not on {revision}',
    onBranch: 'on branch {branch}',
    driftedText: 'Not as the last deployment left it. Updating or rolling back brings it to one revision again.',
    behind: 'Behind the app',
    behindText: 'The app is at a newer deployment that has not succeeded on this node: it was offline, left out, or failed.',
    expected: 'Expected revision',
    branch: 'Branch',
    path: 'Path',
    address: 'Address',
    lastSeen: 'Last seen',
    never: 'never',
    agent: 'Agent',
    revision: 'Revision'
  },
  commits: {
    label: 'History',
    placeholder: 'Select a commit',
    refresh: 'Refresh',
    none: 'The branch has no commits yet. Push the first one, then refresh.',
    notLoaded: 'The history could not be read.',
    noMessage: '(no message)',
    loading: 'A node is reading the history …',
    here: '{nodes} is here | {nodes} are here'
  },
  action: {
    update: 'Update',
    rollback: 'Rollback'
  },
  confirm: {
    updateTitle: 'Update {app}',
    rollbackTitle: 'Roll back {app}',
    updateText: 'Every node gets the newest commit of branch {branch}:',
    updateTextNoBranch: 'Every node gets the newest commit:',
    rollbackText: 'Every node gets exactly this revision:',
    from: 'From',
    to: 'To',
    newest: 'newest',
    untouched: 'left as it is',
    someOffline: '{online} of {total} nodes are online; {names} will be left as it is and the deployment ends partial. | {online} of {total} nodes are online; {names} will be left as they are and the deployment ends partial.',
    noneOnline: 'None of the {total} nodes is online, so there is nothing to deploy to. Start slipway-agent on the hosts first.',
    modified: '{node} has local changes: {files}',
    moreFiles: 'and {count} more',
    nothingToSwitch: 'All online nodes already stand on this revision; only the hooks run again.',
    note: 'Note (optional)',
    notePlaceholder: 'Why, for whom, ticket number …',
    stale: 'The connection to the server is lost; wait until it is back.',
    updateButton: 'Update {count} node | Update {count} nodes',
    rollbackButton: 'Roll back {count} node | Roll back {count} nodes'
  },
  deployment: {
    progress: '{done} of {total} node done | {done} of {total} nodes done',
    follow: 'Show output',
    revision: 'Revision',
    manyRevisions: '{count} different revisions',
    firstTime: 'nothing',
    started: 'Started',
    duration: 'Duration',
    note: 'Note',
    app: 'App',
    cancel: 'Cancel deployment',
    cancelling: 'Cancelling …',
    cancelTitle: 'Cancel this deployment?',
    cancelText: 'What runs on the nodes is stopped and the rest is not started. Nodes that are already done keep the new revision.',
    cancelConfirm: 'Stop it',
    keepRunning: 'Let it run',
    waitingUntil: 'Pausing until {time}; then the next of {count} node left begins. | Pausing until {time}; then the next of {count} nodes left begin.',
    waitingForYou: 'Waiting for you: {count} node has not begun yet. | Waiting for you: {count} nodes have not begun yet.',
    goOn: 'Continue',
    nodes: 'Nodes',
    expandAll: 'Expand all',
    collapseAll: 'Collapse all',
    exitCode: 'exit code {code}',
    unchanged: 'stays on {revision}',
    loading: 'Loading the deployment …'
  },
  output: {
    title: 'Output of {node}',
    none: 'No output yet.',
    noneAtAll: 'This node wrote no output.',
    removed: 'The output was removed, to keep the history within its limits.',
    download: 'Download raw',
    leftOut: '{count} earlier line is not shown here; the raw output has it. | {count} earlier lines are not shown here; the raw output has them.',
    follow: 'Follow the end',
    lost: 'The output stream is interrupted and resumes where it stopped.',
    stepEnded: '{step}: {state}',
    stdout: 'output',
    stderr: 'error output',
    note: 'Slipway'
  },
  history: {
    title: 'Deployment history',
    filter: 'App',
    all: 'All apps',
    time: 'Time',
    app: 'App',
    action: 'Action',
    revision: 'Revision',
    state: 'State',
    nodes: 'Nodes',
    note: 'Note',
    loading: 'Loading the history …',
    emptyTitle: 'No deployments yet',
    emptyText: 'Start the first one from the overview: choose an app and press Update.',
    toOverview: 'To the overview'
  },
  notFound: {
    text: 'There is no page at this address.'
  },
  state: {
    pending: 'Waiting',
    running: 'Running',
    succeeded: 'Succeeded',
    failed: 'Failed',
    partial: 'Partial',
    rolled_back: 'Rolled back',
    cancelled: 'Cancelled',
    rejected: 'Rejected',
    interrupted: 'Interrupted',
    offline: 'Offline',
    skipped: 'Skipped',
    notStarted: 'Not started'
  },
  step: {
    check: 'Check',
    fetch: 'Fetch',
    before_deploy: 'Before hook',
    switch: 'Switch',
    after_deploy: 'After hook',
    before_rollback: 'Before rollback hook',
    after_rollback: 'After rollback hook',
    health_check: 'Health check',
    switch_back: 'Switch back'
  }
}

type Shape<T> = { [K in keyof T]: T[K] extends string ? string : Shape<T[K]> }

/** What every other language must have. */
export type Messages = Shape<typeof en>
