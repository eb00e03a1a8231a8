/**
 * Deployments: a model that follows an alias. Each new version is loaded and tested, then swapped
 * in without a failing call. A challenger can answer the same rows, and an alias can be rolled
 * back.
 */
@NullMarked
package io.mlops4j.runtime.deployment;

import org.jspecify.annotations.NullMarked;
