// Short names for the schemas of docs/openapi.yaml.
import type { components } from './schema'

type Schemas = components['schemas']

export type App = Schemas['App']
export type AppList = Schemas['AppList']
export type AppNode = Schemas['Node']
export type Commit = Schemas['Commit']
export type CommitList = Schemas['CommitList']
export type Deployment = Schemas['Deployment']
export type DeploymentList = Schemas['DeploymentList']
export type DeploymentNode = Schemas['DeploymentNode']
export type DeploymentRequest = Schemas['DeploymentRequest']
export type DeploymentState = Schemas['DeploymentState']
export type DeploymentSummary = Schemas['DeploymentSummary']
export type Freeze = Schemas['Freeze']
export type NodeState = Schemas['NodeState']
export type Rollout = Schemas['Rollout']
export type LoginRequest = Schemas['LoginRequest']
export type Session = Schemas['Session']
export type Step = Schemas['Step']
export type StepName = Schemas['StepName']
export type StepState = Schemas['StepState']

export type AppEvent = Schemas['AppEvent']
export type NodeEvent = Schemas['NodeEvent']
export type DeploymentEvent = Schemas['DeploymentEvent']
export type DeploymentNodeEvent = Schemas['DeploymentNodeEvent']
export type OutputEvent = Schemas['OutputEvent']

export type Action = DeploymentRequest['action']
