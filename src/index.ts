// swarmlab as a library: scenarios and the lab they run in.

export type { ClusterRequest, MachineRequest } from './lab/cluster.ts';
export type { VolumeOptions, VolumeView } from './lab/cluster-volume.ts';
export type {
  Decider,
  Explanation,
  ExplanationLink,
  Facts,
  FilterCheck,
  NodeRow,
  Remedy,
  Root,
  Rule,
} from './lab/explain/explanation.ts';
export { explanationText } from './lab/explain/text.ts';
export { Refusal, ScenarioFailure } from './lab/failure.ts';
export type { ImageScript, LogScript } from './lab/image.ts';
export type { Lab } from './lab/lab.ts';
export type { LinkOptions } from './lab/link.ts';
export type { LoadBalancer, LoadBalancerOptions } from './lab/load-balancer.ts';
export type { LogOptions } from './lab/logs.ts';
export type { NodeOptions, Operator } from './lab/operator.ts';
export type { HealthOptions, RestartOptions, ServiceOptions, UpdateOptions } from './lab/options.ts';
export type { LogEntryView } from './lab/raft-log.ts';
export type { RaftNode, RaftStage, RaftStageOptions } from './lab/raft-stage.ts';
export { type Outcome, type RunOptions, runScenario } from './lab/run.ts';
export type { Scenario } from './lab/scenario.ts';
export type { ServiceView } from './lab/service-view.ts';
export type { StoryKind, StoryLine } from './lab/story.ts';
export type { Reply, RequestOptions, Traffic, TrafficOptions } from './lab/traffic.ts';
export type { ContainerView, NodeView, TaskView } from './lab/views.ts';
export type { Volume } from './lab/volume.ts';
