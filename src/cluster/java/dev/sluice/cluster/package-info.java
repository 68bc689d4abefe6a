/**
 * Installs the chart on a real Kubernetes, scales, upgrades and breaks it, and has everything that was published meanwhile judged.
 * {@link dev.sluice.cluster.Cluster} starts control plane or node, {@link dev.sluice.cluster.Helm} and
 * {@link dev.sluice.cluster.Kubectl} talk to it, and the classes that end with {@code OnCluster} are the tests: those tagged
 * {@code plane} need an API server, those tagged {@code node} the image as well.
 */
@NullMarked
package dev.sluice.cluster;

import org.jspecify.annotations.NullMarked;
