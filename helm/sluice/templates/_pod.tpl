{{- /* The pod, for a Deployment and for a StatefulSet. */ -}}
{{- define "sluice.pod" -}}
metadata:
  labels:
    {{- include "sluice.labelsWith" (list . .Values.pod.labels) | nindent 4 }}
  annotations:
    checksum/config: {{ include "sluice.worker" . | sha256sum }}
    {{- with .Values.pod.annotations }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
spec:
  serviceAccountName: {{ include "sluice.serviceAccountName" . }}
  automountServiceAccountToken: {{ .Values.serviceAccount.automountToken }}
  # A Service called sluice-http would set SLUICE_HTTP_PORT, which is a key of the configuration.
  enableServiceLinks: false
  terminationGracePeriodSeconds: {{ .Values.terminationGracePeriodSeconds }}
  {{- with .Values.image.pullSecrets }}
  imagePullSecrets:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.runtimeClassName }}
  runtimeClassName: {{ . }}
  {{- end }}
  {{- with .Values.priorityClassName }}
  priorityClassName: {{ . }}
  {{- end }}
  {{- with .Values.nodeSelector }}
  nodeSelector:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.tolerations }}
  tolerations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.affinity }}
  affinity:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.topologySpread }}
  {{- if .enabled }}
  topologySpreadConstraints:
    - maxSkew: {{ .maxSkew }}
      topologyKey: {{ .topologyKey }}
      whenUnsatisfiable: {{ .whenUnsatisfiable }}
      labelSelector:
        matchLabels:
          {{- include "sluice.selectorLabels" $ | nindent 10 }}
  {{- end }}
  {{- end }}
  securityContext:
    runAsNonRoot: true
    runAsUser: 65532
    runAsGroup: 65532
    fsGroup: 65532
    fsGroupChangePolicy: OnRootMismatch
    seccompProfile:
      type: RuntimeDefault
  {{- if and .Values.schemas.register (ne (get .Values.config "registry.auto-register" | toString) "false") }}
  initContainers:
    # The contracts of all topics, for publishers too, at the level that they promise.
    - name: schemas
      image: {{ include "sluice.image" . | quote }}
      imagePullPolicy: {{ .Values.image.pullPolicy }}
      args: [schemas, register, --config, /etc/sluice/worker.yaml, --wait, {{ .Values.schemas.waitSeconds | quote }}]
      {{- $keys := dict }}
      {{- range $key, $name := .Values.secrets.keys }}
      {{- if or (hasPrefix "registry." $key) (hasPrefix "kafka.properties." $key) }}
      {{- $_ := set $keys $key $name }}
      {{- end }}
      {{- end }}
      {{- if or $keys .Values.pod.extraEnv }}
      env:
        {{- range $key, $name := $keys }}
        - name: {{ include "sluice.variable" $key }}
          valueFrom:
            secretKeyRef:
              name: {{ include "sluice.secretName" $ }}
              key: {{ $name }}
        {{- end }}
        {{- with .Values.pod.extraEnv }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      {{- end }}
      resources:
        requests: {cpu: 100m, memory: 256Mi}
        limits: {memory: 512Mi}
      securityContext:
        allowPrivilegeEscalation: false
        readOnlyRootFilesystem: true
        capabilities:
          drop: [ALL]
      volumeMounts:
        - {name: config, mountPath: /etc/sluice, readOnly: true}
        - {name: scratch, mountPath: /tmp}
        {{- with .Values.pod.extraVolumeMounts }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
  {{- end }}
  containers:
    - name: worker
      image: {{ include "sluice.image" . | quote }}
      imagePullPolicy: {{ .Values.image.pullPolicy }}
      args: [worker, --config, /etc/sluice/worker.yaml]
      env:
        - name: SLUICE_WORKER_ID
          valueFrom:
            fieldRef:
              fieldPath: metadata.name
        {{- if eq .Values.shutdown.membership "stay" }}
        - name: SLUICE_KAFKA_PROPERTIES_GROUP_INSTANCE_ID
          valueFrom:
            fieldRef:
              fieldPath: metadata.name
        {{- end }}
        {{- range $key, $name := .Values.secrets.keys }}
        - name: {{ include "sluice.variable" $key }}
          valueFrom:
            secretKeyRef:
              name: {{ include "sluice.secretName" $ }}
              key: {{ $name }}
        {{- end }}
        {{- with .Values.javaOptions }}
        - name: JAVA_TOOL_OPTIONS
          value: {{ . | quote }}
        {{- end }}
        {{- with .Values.pod.extraEnv }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      ports:
        - name: http
          containerPort: 8080
      startupProbe:
        httpGet: {path: /health/started, port: http}
        periodSeconds: {{ .Values.probes.startup.periodSeconds }}
        failureThreshold: {{ .Values.probes.startup.failureThreshold }}
        timeoutSeconds: {{ .Values.probes.timeoutSeconds }}
      readinessProbe:
        httpGet: {path: /health/ready, port: http}
        periodSeconds: {{ .Values.probes.readiness.periodSeconds }}
        failureThreshold: {{ .Values.probes.readiness.failureThreshold }}
        timeoutSeconds: {{ .Values.probes.timeoutSeconds }}
      livenessProbe:
        httpGet: {path: /health/live, port: http}
        periodSeconds: {{ .Values.probes.liveness.periodSeconds }}
        failureThreshold: {{ .Values.probes.liveness.failureThreshold }}
        timeoutSeconds: {{ .Values.probes.timeoutSeconds }}
      resources:
        {{- $limits := deepCopy (default dict .Values.resources.limits) }}
        {{- if .Values.gpu.enabled }}
        {{- $_ := set $limits .Values.gpu.resource 1 }}
        {{- end }}
        {{- with .Values.resources.requests }}
        requests:
          {{- toYaml . | nindent 10 }}
        {{- end }}
        {{- with $limits }}
        limits:
          {{- toYaml . | nindent 10 }}
        {{- end }}
      securityContext:
        allowPrivilegeEscalation: false
        readOnlyRootFilesystem: true
        capabilities:
          drop: [ALL]
      volumeMounts:
        - {name: config, mountPath: /etc/sluice, readOnly: true}
        - {name: state, mountPath: /var/lib/sluice}
        - {name: scratch, mountPath: /tmp}
        {{- if .Values.bundles.volume }}
        - {name: bundles, mountPath: /bundles, readOnly: true}
        {{- end }}
        {{- with .Values.pod.extraVolumeMounts }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
  volumes:
    - name: config
      configMap:
        name: {{ include "sluice.fullname" . }}
    {{- if eq .Values.workload.kind "Deployment" }}
    - name: state
      emptyDir:
        sizeLimit: {{ .Values.state.size }}
    {{- end }}
    - name: scratch
      emptyDir:
        sizeLimit: {{ .Values.scratch.size }}
    {{- with .Values.bundles.volume }}
    - name: bundles
      {{- toYaml . | nindent 6 }}
    {{- end }}
    {{- with .Values.pod.extraVolumes }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
{{- end -}}
