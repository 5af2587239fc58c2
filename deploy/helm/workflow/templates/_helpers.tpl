{{- define "workflow.name" -}}
{{- .Values.nameOverride | default .Chart.Name | trunc 63 | trimSuffix "-" }}
{{- end }}

{{- define "workflow.fullname" -}}
{{- $name := include "workflow.name" . }}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride | trunc 50 | trimSuffix "-" }}
{{- else if contains $name .Release.Name }}
{{- .Release.Name | trunc 50 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name $name | trunc 50 | trimSuffix "-" }}
{{- end }}
{{- end }}

{{- define "workflow.selector" -}}
app.kubernetes.io/name: {{ include "workflow.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: node
{{- end }}

{{- define "workflow.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
app.kubernetes.io/name: {{ include "workflow.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{- define "workflow.serviceAccount" -}}
{{- if .Values.serviceAccount.create }}
{{- .Values.serviceAccount.name | default (include "workflow.fullname" .) }}
{{- else }}
{{- .Values.serviceAccount.name | default "default" }}
{{- end }}
{{- end }}

{{/* A key of a ConfigMap has no slash: components/price.js is kept as components__price.js. */}}
{{- define "workflow.key" -}}
{{- replace "/" "__" . }}
{{- end }}

{{- define "workflow.configMap" -}}
{{- .Values.application.existingConfigMap | default (printf "%s-application" (include "workflow.fullname" .)) }}
{{- end }}

{{/* What the schema cannot say. */}}
{{- define "workflow.check" -}}
{{- $application := .Values.application }}
{{- $sources := 0 }}
{{- if $application.files }}{{ $sources = add1 $sources }}{{ end }}
{{- if $application.existingConfigMap }}{{ $sources = add1 $sources }}{{ end }}
{{- if $application.inImage }}{{ $sources = add1 $sources }}{{ end }}
{{- if ne (int $sources) 1 }}
{{- fail "Say where the application comes from: one of application.files, application.existingConfigMap and application.inImage." }}
{{- end }}
{{- if and $application.files (not (hasKey $application.files $application.entry)) }}
{{- fail (printf "application.files has no %q, which application.entry names." $application.entry) }}
{{- end }}
{{- if and (eq $application.reload "restart") $application.existingConfigMap }}
{{- fail "application.reload: restart needs application.files: the chart does not see changes of another ConfigMap." }}
{{- end }}
{{- if and .Values.autoscaling.enabled (lt (int .Values.autoscaling.maxReplicas) (int .Values.autoscaling.minReplicas)) }}
{{- fail "autoscaling.maxReplicas is less than autoscaling.minReplicas." }}
{{- end }}
{{- if and .Values.ingress.enabled (not .Values.ingress.hosts) }}
{{- fail "ingress.hosts is empty." }}
{{- end }}
{{- end }}
