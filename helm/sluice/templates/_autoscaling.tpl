{{- /* What KEDA asks, and of whom. */ -}}

{{- define "sluice.lagBootstrapServers" -}}
{{- default .Values.kafka.bootstrapServers .Values.autoscaling.lag.bootstrapServers -}}
{{- end -}}

{{- /* How KEDA reaches Kafka, as JSON: tls, sasl and secrets, each as the values say or as those of the workers do. */ -}}
{{- define "sluice.lagAccess" -}}
{{- $lag := .Values.autoscaling.lag -}}
{{- $protocol := get .Values.kafka.properties "security.protocol" | toString | upper -}}
{{- $mechanism := get .Values.kafka.properties "sasl.mechanism" | default "GSSAPI" -}}
{{- $mechanisms := dict "PLAIN" "plaintext" "SCRAM-SHA-256" "scram_sha256" "SCRAM-SHA-512" "scram_sha512" "GSSAPI" "gssapi" "OAUTHBEARER" "oauthbearer" -}}
{{- $tls := default (ternary "enable" "disable" (has $protocol (list "SSL" "SASL_SSL"))) $lag.tls -}}
{{- $sasl := default (ternary (get $mechanisms $mechanism | default $mechanism) "none" (hasPrefix "SASL_" $protocol)) $lag.sasl -}}
{{- $secrets := dict -}}
{{- if and .Values.strimzi.enabled .Values.strimzi.user.enabled (not $lag.authentication) -}}
{{- if eq $tls "enable" -}}
{{- $_ := set $secrets "ca" (dict "name" (printf "%s-cluster-ca-cert" .Values.strimzi.cluster) "key" "ca.crt") -}}
{{- end -}}
{{- if and (eq $tls "enable") (eq .Values.strimzi.user.authentication "tls") -}}
{{- $_ := set $secrets "cert" (dict "name" (include "sluice.fullname" .) "key" "user.crt") -}}
{{- $_ := set $secrets "key" (dict "name" (include "sluice.fullname" .) "key" "user.key") -}}
{{- else if eq .Values.strimzi.user.authentication "scram-sha-512" -}}
{{- $_ := set $secrets "password" (dict "name" (include "sluice.fullname" .) "key" "password") -}}
{{- end -}}
{{- end -}}
{{- dict "tls" $tls "sasl" $sasl "secrets" (merge (deepCopy $lag.secrets) $secrets) | toJson -}}
{{- end -}}

{{- /* The TriggerAuthentication that the lag is asked with; empty where it takes none. */ -}}
{{- define "sluice.lagAuthentication" -}}
{{- if .Values.autoscaling.lag.authentication -}}
{{- .Values.autoscaling.lag.authentication -}}
{{- else if (include "sluice.lagAccess" . | fromJson).secrets -}}
{{- printf "%s-kafka" (include "sluice.fullname" .) -}}
{{- end -}}
{{- end -}}

{{- /*
The seconds of work that wait. It answers nothing, which KEDA takes for an error and then takes no worker away, unless every
worker that Prometheus knows was scraped, or Kubernetes itself says that there is none.
*/ -}}
{{- define "sluice.waitingQuery" -}}
{{- if .Values.autoscaling.waiting.query -}}
{{- .Values.autoscaling.waiting.query -}}
{{- else -}}
{{- $job := include "sluice.job" . -}}
{{- $kind := lower .Values.workload.kind -}}
{{- printf "(sum(sluice_work_waiting_seconds{job=%q}) unless on() count(up{job=%q} == 0)) or on() (sum(kube_%s_status_replicas{namespace=%q,%s=%q}) == 0)" $job $job $kind .Release.Namespace $kind (include "sluice.fullname" .) -}}
{{- end -}}
{{- end -}}

{{- /* Why autoscaling would not work, or would take workers away that have work; a list as JSON. */ -}}
{{- define "sluice.autoscalingProblems" -}}
{{- $problems := list -}}
{{- $lag := .Values.autoscaling.lag -}}
{{- $waiting := .Values.autoscaling.waiting -}}
{{- range splitList "," (include "sluice.lagBootstrapServers" .) -}}
{{- if and . (not (contains "." .)) -}}
{{- $problems = append $problems (printf "autoscaling.lag.bootstrapServers: KEDA asks from its own namespace, where %s has no address; name a listener with its namespace, as in kafka.%s.svc:9092, and have brokers advertise such names" . $.Release.Namespace) -}}
{{- end -}}
{{- end -}}
{{- $access := include "sluice.lagAccess" . | fromJson -}}
{{- $secrets := $access.secrets -}}
{{- $needed := list -}}
{{- if has $access.sasl (list "plaintext" "scram_sha256" "scram_sha512") -}}
{{- $needed = concat $needed (list "username" "password") -}}
{{- else if and (ne $access.sasl "none") (not $lag.authentication) -}}
{{- $problems = append $problems (printf "autoscaling.lag.authentication: must name a TriggerAuthentication for %s" $access.sasl) -}}
{{- end -}}
{{- if eq $access.tls "enable" -}}
{{- if hasKey .Values.kafka.properties "ssl.truststore.location" -}}
{{- $needed = append $needed "ca" -}}
{{- end -}}
{{- if or (hasKey .Values.kafka.properties "ssl.keystore.location") $secrets.cert $secrets.key -}}
{{- $needed = concat $needed (list "cert" "key") -}}
{{- end -}}
{{- end -}}
{{- if not $lag.authentication -}}
{{- range $needed -}}
{{- if not (get $secrets .) -}}
{{- $problems = append $problems (printf "autoscaling.lag.secrets.%s: must be set, as workers have one too, or autoscaling.lag.authentication" .) -}}
{{- end -}}
{{- end -}}
{{- else if $lag.secrets -}}
{{- $problems = append $problems "autoscaling.lag.secrets: must be empty where autoscaling.lag.authentication names a TriggerAuthentication" -}}
{{- end -}}
{{- if not $waiting.serverAddress -}}
{{- $problems = append $problems "autoscaling.waiting.serverAddress: must be set, or accepted work would not keep a worker" -}}
{{- else -}}
{{- $host := regexReplaceAll "^https?://([^/:]+).*$" $waiting.serverAddress "${1}" -}}
{{- $parts := splitList "." $host -}}
{{- if eq (len $parts) 1 -}}
{{- $problems = append $problems (printf "autoscaling.waiting.serverAddress: KEDA asks from its own namespace, where %s has no address; name its namespace too, as in http://prometheus.monitoring.svc:9090" $host) -}}
{{- else if not $waiting.scraped -}}
{{- $here := and (eq (index $parts 1) .Release.Namespace) (or (eq (len $parts) 2) (eq (index $parts 2 | default "") "svc")) -}}
{{- if and .Values.networkPolicy.enabled (not .Values.networkPolicy.metricsFrom) (not $here) -}}
{{- $problems = append $problems (printf "networkPolicy.metricsFrom: must let in the Prometheus of autoscaling.waiting.serverAddress, which is not in namespace %s, or accepted work would not keep a worker" .Release.Namespace) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- if .Values.monitoring.podMonitor.enabled -}}
{{- if not (or .Values.monitoring.podMonitor.labels $waiting.scraped) -}}
{{- $problems = append $problems "monitoring.podMonitor.labels: must be those that Prometheus selects PodMonitors by (kubectl get prometheus -A -o jsonpath='{.items[*].spec.podMonitorSelector}'); where it selects all of them, set autoscaling.waiting.scraped" -}}
{{- end -}}
{{- else -}}
{{- if not $waiting.query -}}
{{- $problems = append $problems "autoscaling.waiting.query: must be set where monitoring.podMonitor.enabled is false, since its labels are asked for" -}}
{{- end -}}
{{- if not $waiting.scraped -}}
{{- $problems = append $problems "autoscaling.waiting.scraped: must be true where monitoring.podMonitor.enabled is false, once something else has workers scraped" -}}
{{- end -}}
{{- end -}}
{{- $problems | toJson -}}
{{- end -}}
