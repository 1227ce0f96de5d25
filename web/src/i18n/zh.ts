import type { Messages } from './en'

export const zh: Messages = {
  common: {
    cancel: '取消',
    retry: '重试',
    loadMore: '加载更多',
    listSeparator: '、'
  },
  nav: {
    label: '主导航',
    overview: '总览',
    history: '部署记录',
    skip: '跳到正文',
    language: '语言'
  },
  title: {
    overview: '总览',
    deployment: '部署 #{id}',
    history: '部署记录',
    notFound: '页面不存在'
  },
  live: {
    live: '实时',
    connecting: '正在连接…',
    lost: '连接已断开',
    banner: '与服务器的连接已断开。本页显示的是 {time} 的状态；连接恢复后才能更新和回滚。',
    neverLoaded: '暂时无法连接服务器，正在不断重试。'
  },
  problem: {
    unreachable: '无法连接服务器。请确认 slipway-server 正在运行，且本机可以访问它。',
    late: '服务器在 {detail} 秒内没有应答。刚才的请求仍有可能生效，请先在总览中确认，再重试。',
    unexpected: '应答的不是 Slipway（{detail}）。如果中间有代理，请查看代理的日志。'
  },
  overview: {
    loading: '正在加载应用…',
    emptyTitle: '还没有配置应用',
    emptyText: '请在服务器的 server.json 的 “apps” 中添加应用及其仓库和节点，然后重新启动 slipway-server：'
  },
  app: {
    frozen: '已冻结：',
    frozenBy: '操作者 {who}',
    branch: '分支 {name}',
    defaultBranch: '使用节点当前分支',
    nodesOnline: '{online}/{total} 个节点在线',
    noNodesTitle: '没有在线的节点',
    noNodesText: '请在主机上启动 agent，服务器会自动连接：',
    nodes: '{app} 的节点',
    showAll: '显示全部 {count} 个节点',
    showFewer: '收起',
    update: '更新',
    rollback: '回滚',
    selectFirst: '请先选择要回滚到的提交',
    busy: '正在部署',
    never: '尚未通过 Slipway 部署',
    lastDeployment: '最近部署 #{id}'
  },
  node: {
    online: '在线',
    offline: '离线',
    noRevision: '尚无版本',
    modified: '{count} 个文件有本地修改',
    drifted: '偏离部署：{differences}',
    notOn: '版本不是 {revision}',
    onBranch: '当前分支为 {branch}',
    driftedText: '与最近一次部署的结果不一致。更新或回滚后，版本会重新统一。',
    behind: '落后于应用',
    behindText: '应用的最近一次部署没有在此节点成功：节点当时离线、未被选中，或部署失败。',
    expected: '应有版本',
    branch: '分支',
    path: '路径',
    address: '地址',
    lastSeen: '最后在线',
    never: '从未',
    agent: 'Agent',
    revision: '版本'
  },
  commits: {
    label: '历史提交',
    placeholder: '选择提交',
    refresh: '刷新',
    none: '该分支还没有提交。请先推送一次提交，再刷新。',
    notLoaded: '未能读取历史提交。',
    noMessage: '（无提交说明）',
    loading: '节点正在读取历史提交…',
    here: '{nodes} 位于此版本'
  },
  action: {
    update: '更新',
    rollback: '回滚'
  },
  confirm: {
    updateTitle: '更新 {app}',
    rollbackTitle: '回滚 {app}',
    updateText: '所有节点都将部署到分支 {branch} 的最新提交：',
    updateTextNoBranch: '所有节点都将部署到最新提交：',
    rollbackText: '所有节点都将部署到以下版本：',
    from: '当前版本',
    to: '目标版本',
    newest: '最新',
    untouched: '保持不变',
    someOffline: '{total} 个节点中有 {online} 个在线；{names} 将保持不变，本次部署的结果为“部分成功”。',
    noneOnline: '{total} 个节点均不在线，无法部署。请先在主机上启动 slipway-agent。',
    modified: '{node} 有本地修改：{files}',
    moreFiles: '另有 {count} 个',
    nothingToSwitch: '在线节点都已处于该版本，只会重新执行钩子命令。',
    note: '备注（可选）',
    notePlaceholder: '原因、需求方、工单号…',
    stale: '与服务器的连接已断开，请等待恢复。',
    updateButton: '更新 {count} 个节点',
    rollbackButton: '回滚 {count} 个节点'
  },
  deployment: {
    progress: '已完成 {done}/{total} 个节点',
    follow: '查看输出',
    revision: '版本',
    manyRevisions: '{count} 个不同版本',
    firstTime: '无',
    started: '开始时间',
    duration: '耗时',
    note: '备注',
    app: '应用',
    cancel: '取消部署',
    cancelling: '正在取消…',
    cancelTitle: '取消本次部署？',
    cancelText: '将停止各节点上正在执行的步骤，尚未开始的不再执行。已完成的节点保留新版本。',
    cancelConfirm: '停止部署',
    keepRunning: '继续部署',
    waitingUntil: '暂停至 {time}，随后开始下一批；还有 {count} 个节点未开始。',
    waitingForYou: '等待确认：还有 {count} 个节点未开始。',
    goOn: '继续',
    nodes: '节点',
    expandAll: '全部展开',
    collapseAll: '全部收起',
    exitCode: '退出码 {code}',
    unchanged: '仍为 {revision}',
    loading: '正在加载部署…'
  },
  output: {
    title: '{node} 的输出',
    none: '暂无输出。',
    noneAtAll: '该节点没有输出。',
    removed: '为使历史记录不超出上限，输出已被清除。',
    download: '下载原始输出',
    leftOut: '前面的 {count} 行未在此显示，完整内容见原始输出。',
    follow: '跟随最新输出',
    lost: '输出流已中断，恢复后会从断点继续。',
    stepEnded: '{step}：{state}',
    stdout: '标准输出',
    stderr: '标准错误',
    note: 'Slipway'
  },
  history: {
    title: '部署记录',
    filter: '应用',
    all: '全部应用',
    time: '时间',
    app: '应用',
    action: '操作',
    revision: '版本',
    state: '状态',
    nodes: '节点',
    note: '备注',
    loading: '正在加载部署记录…',
    emptyTitle: '还没有部署记录',
    emptyText: '请到总览页选择一个应用，点击“更新”开始第一次部署。',
    toOverview: '前往总览'
  },
  notFound: {
    text: '此地址没有对应的页面。'
  },
  state: {
    pending: '等待中',
    running: '进行中',
    succeeded: '已成功',
    failed: '失败',
    partial: '部分成功',
    rolled_back: '已回滚',
    cancelled: '已取消',
    rejected: '被拒绝',
    interrupted: '已中断',
    offline: '离线',
    skipped: '已跳过',
    notStarted: '未开始'
  },
  step: {
    check: '检查',
    fetch: '获取',
    before_deploy: '部署前钩子',
    switch: '切换',
    after_deploy: '部署后钩子',
    before_rollback: '回退前钩子',
    after_rollback: '回退后钩子',
    health_check: '健康检查',
    switch_back: '切回'
  }
}
