// Makes `go mod tidy` keep what kube-apiserver needs.
package kubernetes

import _ "k8s.io/kubernetes/cmd/kube-apiserver/app"
