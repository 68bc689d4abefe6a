{{- define "sluice.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 50 | trimSuffix "-" -}}
{{- end -}}

{{- define "sluice.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 50 | trimSuffix "-" -}}
{{- else if contains (include "sluice.name" .) .Release.Name -}}
{{- .Release.Name | trunc 50 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name (include "sluice.name" .) | trunc 50 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "sluice.selectorLabels" -}}
app.kubernetes.io/name: {{ include "sluice.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "sluice.ownLabels" -}}
{{ include "sluice.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/component: worker
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end -}}

{{- define "sluice.labels" -}}
{{- include "sluice.labelsWith" (list . dict) -}}
{{- end -}}

{{- /* The labels of every object, and further ones of one of them, which go first: each key once. Takes the root and those. */ -}}
{{- define "sluice.labelsWith" -}}
{{- $root := index . 0 -}}
{{- $own := include "sluice.ownLabels" $root | fromYaml -}}
{{- merge dict $own (index . 1 | default dict) ($root.Values.labels | default dict) | toYaml -}}
{{- end -}}

{{- /* What Prometheus has for the job of a PodMonitor's targets, which no other release has. */ -}}
{{- define "sluice.job" -}}
{{- printf "%s/%s" .Release.Namespace (include "sluice.fullname" .) -}}
{{- end -}}

{{- define "sluice.serviceAccountName" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "sluice.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- default "default" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{- define "sluice.image" -}}
{{- $tag := default (printf "%s-%s" .Chart.AppVersion (ternary "cuda" "cpu" .Values.gpu.enabled)) .Values.image.tag -}}
{{- if .Values.image.digest -}}
{{- printf "%s:%s@%s" .Values.image.repository $tag .Values.image.digest -}}
{{- else -}}
{{- printf "%s:%s" .Values.image.repository $tag -}}
{{- end -}}
{{- end -}}

{{- /* Whole seconds of a duration as the worker's configuration has them: 500ms, 30s, 5m, 24h, 7d. Rounded up. */ -}}
{{- define "sluice.seconds" -}}
{{- if hasSuffix "ms" . -}}
{{- divf (float64 (trimSuffix "ms" .)) 1000 | ceil | int64 -}}
{{- else if hasSuffix "s" . -}}
{{- trimSuffix "s" . | int64 -}}
{{- else if hasSuffix "m" . -}}
{{- mul (trimSuffix "m" . | int64) 60 -}}
{{- else if hasSuffix "h" . -}}
{{- mul (trimSuffix "h" . | int64) 3600 -}}
{{- else -}}
{{- mul (trimSuffix "d" . | int64) 86400 -}}
{{- end -}}
{{- end -}}

{{- /* The variable that sets a key of the worker's configuration. */ -}}
{{- define "sluice.variable" -}}
{{- printf "SLUICE_%s" (regexReplaceAll "[.-]" . "_" | upper) -}}
{{- end -}}

{{- define "sluice.secretName" -}}
{{- /* Not the release's name alone, which is that of the Secret that Strimzi makes for the user. */ -}}
{{- default (printf "%s-credentials" (include "sluice.fullname" .)) .Values.secrets.existing -}}
{{- end -}}

{{- /* A GPU for one worker more than usual may not be there. Elsewhere a new pod is ready before an old one goes. */ -}}
{{- define "sluice.maxSurge" -}}
{{- ternary (ternary "0" "1" .Values.gpu.enabled) (toString .Values.workload.maxSurge) (eq (toString .Values.workload.maxSurge) "") -}}
{{- end -}}

{{- define "sluice.maxUnavailable" -}}
{{- ternary (ternary "1" "0" .Values.gpu.enabled) (toString .Values.workload.maxUnavailable) (eq (toString .Values.workload.maxUnavailable) "") -}}
{{- end -}}

{{- /* The longest that a pod may take from its start to warm bundles, in seconds. */ -}}
{{- define "sluice.longestStart" -}}
{{- mul .Values.probes.startup.periodSeconds .Values.probes.startup.failureThreshold -}}
{{- end -}}

{{- /* What a JSON schema cannot say, because it relates two values. All problems are told at once. */ -}}
{{- define "sluice.check" -}}
{{- $problems := list -}}
{{- range $path, $value := dict "kafka.bootstrapServers" .Values.kafka.bootstrapServers "registry.url" .Values.registry.url "s3.bucket" .Values.s3.bucket -}}
{{- if not $value -}}
{{- $problems = append $problems (printf "%s: must be set" $path) -}}
{{- end -}}
{{- end -}}
{{- /* A label twice is the later one, so pods would no longer be those that their workload selects. */ -}}
{{- range $path, $labels := dict "labels" .Values.labels "pod.labels" .Values.pod.labels "monitoring.podMonitor.labels" .Values.monitoring.podMonitor.labels "monitoring.rules.labels" .Values.monitoring.rules.labels "monitoring.dashboard.labels" .Values.monitoring.dashboard.labels -}}
{{- range $name, $value := $labels -}}
{{- if hasKey (include "sluice.ownLabels" $ | fromYaml) $name -}}
{{- $problems = append $problems (printf "%s.%s: the chart sets this label itself" $path $name) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- $variables := list "SLUICE_WORKER_ID" -}}
{{- if .Values.javaOptions -}}{{- $variables = append $variables "JAVA_TOOL_OPTIONS" -}}{{- end -}}
{{- if eq .Values.shutdown.membership "stay" -}}{{- $variables = append $variables "SLUICE_KAFKA_PROPERTIES_GROUP_INSTANCE_ID" -}}{{- end -}}
{{- range $key, $name := .Values.secrets.keys -}}{{- $variables = append $variables (include "sluice.variable" $key) -}}{{- end -}}
{{- range $variable := .Values.pod.extraEnv -}}
{{- if has $variable.name $variables -}}
{{- $problems = append $problems (printf "pod.extraEnv: the chart sets %s itself" $variable.name) -}}
{{- end -}}
{{- end -}}
{{- if hasKey (default dict .Values.pod.annotations) "checksum/config" -}}
{{- $problems = append $problems "pod.annotations.checksum/config: the chart sets this annotation itself" -}}
{{- end -}}
{{- $partitions := int .Values.topics.partitions -}}
{{- if .Values.autoscaling.enabled -}}
{{- if gt (int .Values.autoscaling.maxReplicas) $partitions -}}
{{- $problems = append $problems (printf "autoscaling.maxReplicas: %d workers can't share topics.partitions: %d partitions" (int .Values.autoscaling.maxReplicas) $partitions) -}}
{{- end -}}
{{- if gt (int .Values.autoscaling.minReplicas) (int .Values.autoscaling.maxReplicas) -}}
{{- $problems = append $problems (printf "autoscaling.minReplicas: %d is more than autoscaling.maxReplicas: %d" (int .Values.autoscaling.minReplicas) (int .Values.autoscaling.maxReplicas)) -}}
{{- end -}}
{{- $problems = concat $problems (include "sluice.autoscalingProblems" . | fromJsonArray) -}}
{{- if le (int .Values.autoscaling.cooldownPeriod) (int (include "sluice.longestStart" .)) -}}
{{- $problems = append $problems (printf "autoscaling.cooldownPeriod: %d s must be longer than a start may take, %s s (probes.startup.periodSeconds times failureThreshold)" (int .Values.autoscaling.cooldownPeriod) (include "sluice.longestStart" .)) -}}
{{- end -}}
{{- else if gt (int .Values.workload.replicas) $partitions -}}
{{- $problems = append $problems (printf "workload.replicas: %d workers can't share topics.partitions: %d partitions" (int .Values.workload.replicas) $partitions) -}}
{{- end -}}
{{- /* 15 s for the last commit and for leaving the group, and as much again for the kubelet. */ -}}
{{- $least := add (int (include "sluice.seconds" .Values.shutdown.grace)) 30 | int -}}
{{- if lt (int .Values.terminationGracePeriodSeconds) $least -}}
{{- $problems = append $problems (printf "terminationGracePeriodSeconds: must be at least %d, 30 s more than shutdown.grace: %s" $least .Values.shutdown.grace) -}}
{{- end -}}
{{- if and (eq .Values.shutdown.membership "stay") (ne .Values.workload.kind "StatefulSet") -}}
{{- $problems = append $problems "shutdown.membership: stay needs workload.kind: StatefulSet, whose pods keep their names" -}}
{{- end -}}
{{- if and .Values.secrets.external.enabled .Values.secrets.existing -}}
{{- $problems = append $problems "secrets.existing: must be empty where secrets.external.enabled makes the Secret" -}}
{{- end -}}
{{- if and .Values.secrets.external.enabled (not .Values.secrets.external.store.name) -}}
{{- $problems = append $problems "secrets.external.store.name: must be set" -}}
{{- end -}}
{{- if .Values.secrets.external.enabled -}}
{{- range $key, $name := .Values.secrets.keys -}}
{{- if not (hasKey $.Values.secrets.external.remote $name) -}}
{{- $problems = append $problems (printf "secrets.external.remote.%s: must be set for secrets.keys of %s" $name $key) -}}
{{- end -}}
{{- end -}}
{{- else if and .Values.secrets.keys (not .Values.secrets.existing) -}}
{{- $problems = append $problems "secrets.existing: must name the Secret that secrets.keys are taken from" -}}
{{- end -}}
{{- if and .Values.strimzi.enabled (not .Values.strimzi.cluster) -}}
{{- $problems = append $problems "strimzi.cluster: must be set" -}}
{{- end -}}
{{- if gt (int .Values.strimzi.topics.minInSyncReplicas) (int .Values.strimzi.topics.replicas) -}}
{{- $problems = append $problems (printf "strimzi.topics.minInSyncReplicas: %d is more than strimzi.topics.replicas: %d" (int .Values.strimzi.topics.minInSyncReplicas) (int .Values.strimzi.topics.replicas)) -}}
{{- end -}}
{{- if and (eq .Values.workload.kind "Deployment") (has (include "sluice.maxSurge" .) (list "0" "0%")) (has (include "sluice.maxUnavailable" .) (list "0" "0%")) -}}
{{- $problems = append $problems "workload.maxSurge, workload.maxUnavailable: one of them must be more than 0, or no pod could be replaced" -}}
{{- end -}}
{{- $problems = concat $problems (include "sluice.clusterProblems" . | fromJsonArray) -}}
{{- if $problems -}}
{{- fail (printf "\n%s" (join "\n" $problems)) -}}
{{- end -}}
{{- end -}}

{{- /* worker.yaml: what the chart's own values say, and config, which may not say the same again. */ -}}
{{- define "sluice.worker" -}}
{{- $own := dict
  "bundles" .Values.bundles.paths
  "application.id" .Values.kafka.groupId
  "device" (ternary "gpu:0" "cpu" .Values.gpu.enabled)
  "kafka.bootstrap-servers" .Values.kafka.bootstrapServers
  "registry.url" .Values.registry.url
  "s3.bucket" .Values.s3.bucket
  "s3.endpoint" .Values.s3.endpoint
  "s3.region" .Values.s3.region
  "s3.path-style" .Values.s3.pathStyle
  "topics.requests" .Values.topics.requests
  "topics.cancellations" .Values.topics.cancellations
  "topics.completions" .Values.topics.completions
  "topics.failures" .Values.topics.failures
  "topics.costs" .Values.topics.costs
  "topics.progress" .Values.topics.progress
  "topics.dead-letters" .Values.topics.deadLetters
  "state-directory" "/var/lib/sluice"
  "http.host" "0.0.0.0"
  "http.port" 8080
  "log.format" .Values.log.format
  "log.level" .Values.log.level
  "shutdown.grace" .Values.shutdown.grace
  "shutdown.membership" .Values.shutdown.membership
-}}
{{- range $name, $value := .Values.kafka.properties -}}
{{- $_ := set $own (printf "kafka.properties.%s" $name) $value -}}
{{- end -}}
{{- merge $own .Values.config | toYaml -}}
{{- end -}}

{{- /* The ports of Kafka, registry, S3 and the collector of traces, as their addresses name them. */ -}}
{{- define "sluice.ports" -}}
{{- $ports := list -}}
{{- range splitList "," .Values.kafka.bootstrapServers -}}
{{- $ports = append $ports (regexFind "[0-9]+$" (trim .)) -}}
{{- end -}}
{{- range $url := concat (splitList "," .Values.registry.url) (list (default "https://aws" .Values.s3.endpoint)) (without (list (get .Values.config "traces.endpoint")) "") -}}
{{- $port := regexFind ":[0-9]+" (trimSuffix "/" $url) -}}
{{- if $port -}}
{{- $ports = append $ports (trimPrefix ":" $port) -}}
{{- else -}}
{{- $ports = append $ports (ternary "443" "80" (hasPrefix "https:" (trim $url))) -}}
{{- end -}}
{{- end -}}
{{- $ports | uniq | sortAlpha | join "," -}}
{{- end -}}
