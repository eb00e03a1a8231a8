/**
 * The tests that a new version must pass before it serves: of its answers, and of its fit for
 * callers.
 */
@NullMarked
package io.mlops4j.runtime.deployment.alias.acceptance;

import org.jspecify.annotations.NullMarked;
