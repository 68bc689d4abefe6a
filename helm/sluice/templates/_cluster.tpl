{{- /* What the cluster has already. Without one (helm template, a dry run on the client) lookups find nothing. */ -}}

{{- /* The release's workload of either kind, as JSON; {} where there is none. */ -}}
{{- define "sluice.live" -}}
{{- $live := dict -}}
{{- if .Values.lookup.workload -}}
{{- range $kind := list (ternary "StatefulSet" "Deployment" (eq .Values.workload.kind "Deployment")) .Values.workload.kind -}}
{{- with lookup "apps/v1" $kind $.Release.Namespace (include "sluice.fullname" $) -}}
{{- $live = . -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- toJson $live -}}
{{- end -}}

{{- /*
How many workers the manifest says; empty where only the autoscaler does. A count that one manifest has and the next has not,
Helm takes away, and Kubernetes makes it 1. So a workload that had a count keeps its live one when autoscaling goes on.
It is at least 1, so that no rollback to this manifest takes the last worker.
*/ -}}
{{- define "sluice.replicas" -}}
{{- $live := include "sluice.live" . | fromJson -}}
{{- $count := max 1 (dig "spec" "replicas" 1 $live | int) -}}
{{- if .Values.autoscaling.enabled -}}
{{- if and $live (not (and (eq $live.kind .Values.workload.kind) (hasKey (dig "metadata" "annotations" dict $live) "sluice.dev/autoscaled"))) -}}
{{- $count -}}
{{- end -}}
{{- else if eq (toString .Values.workload.replicas) "" -}}
{{- $count -}}
{{- else -}}
{{- int .Values.workload.replicas -}}
{{- end -}}
{{- end -}}

{{- /* Bytes of a quantity. */ -}}
{{- define "sluice.bytes" -}}
{{- $units := dict "" 1.0 "m" 0.001 "k" 1e3 "M" 1e6 "G" 1e9 "T" 1e12 "P" 1e15 "Ki" 1024.0 "Mi" 1048576.0 "Gi" 1073741824.0 "Ti" 1099511627776.0 "Pi" 1125899906842624.0 -}}
{{- $number := regexFind "^[0-9.]+" . -}}
{{- mulf (float64 $number) (get $units (trimPrefix $number .) | default 0) | printf "%.0f" -}}
{{- end -}}

{{- /* What Kubernetes would refuse, or keep without a word; a list as JSON. docs/operations.md has the way for each. */ -}}
{{- define "sluice.clusterProblems" -}}
{{- $problems := list -}}
{{- $way := "docs/operations.md, \"What Kubernetes does not change\", has the way" -}}
{{- if .Values.lookup.workload -}}
{{- range $kind := list "Deployment" "StatefulSet" -}}
{{- range $live := (lookup "apps/v1" $kind $.Release.Namespace "").items -}}
{{- $ours := and (eq (dig "annotations" "meta.helm.sh/release-name" "" $live.metadata) $.Release.Name) (hasPrefix (printf "%s-" $.Chart.Name) (dig "labels" "helm.sh/chart" "" $live.metadata)) -}}
{{- $same := and (eq $kind $.Values.workload.kind) (eq $live.metadata.name (include "sluice.fullname" $)) -}}
{{- if and $ours (not $same) (eq $kind "StatefulSet") -}}
{{- $problems = append $problems (printf "%s: StatefulSet %s would go and leave the claims of its pods behind, with their state. %s" (ternary "workload.kind" "nameOverride, fullnameOverride" (ne $kind $.Values.workload.kind)) $live.metadata.name $way) -}}
{{- end -}}
{{- if $same -}}
{{- $selected := dig "selector" "matchLabels" "app.kubernetes.io/name" "" $live.spec -}}
{{- if ne $selected (include "sluice.name" $) -}}
{{- $problems = append $problems (printf "nameOverride: %s %s selects pods of the name %s, which Kubernetes never changes to %s. %s" $kind $live.metadata.name $selected (include "sluice.name" $) $way) -}}
{{- end -}}
{{- range $claim := $live.spec.volumeClaimTemplates -}}
{{- if eq $claim.metadata.name "state" -}}
{{- $size := dig "resources" "requests" "storage" "" $claim.spec | toString -}}
{{- if ne (include "sluice.bytes" $size) (include "sluice.bytes" $.Values.state.size) -}}
{{- $problems = append $problems (printf "state.size: the claims of StatefulSet %s have %s, which Kubernetes changes in no StatefulSet to %s. %s" $live.metadata.name $size $.Values.state.size $way) -}}
{{- end -}}
{{- $class := dig "storageClassName" "" $claim.spec -}}
{{- if ne $class $.Values.state.storageClassName -}}
{{- $problems = append $problems (printf "state.storageClassName: the claims of StatefulSet %s have %q, which Kubernetes changes in no StatefulSet to %q. %s" $live.metadata.name $class $.Values.state.storageClassName $way) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- if and .Values.runtimeClassName .Values.lookup.runtimeClass -}}
{{- $classes := lookup "node.k8s.io/v1" "RuntimeClass" "" "" -}}
{{- if hasKey $classes "items" -}}
{{- $found := list -}}
{{- range $classes.items -}}
{{- $found = append $found .metadata.name -}}
{{- end -}}
{{- if not (has .Values.runtimeClassName $found) -}}
{{- $problems = append $problems (printf "runtimeClassName: the cluster has no RuntimeClass %s, and would make no pod. NVIDIA's GPU operator brings it; leave the value empty where the nodes' own runtime has the GPU" .Values.runtimeClassName) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- $problems | toJson -}}
{{- end -}}
