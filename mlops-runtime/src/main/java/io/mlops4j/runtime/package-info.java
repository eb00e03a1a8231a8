/** Loads, runs, stores and deploys models. */
@org.jspecify.annotations.NullMarked
package io.mlops4j.runtime;
