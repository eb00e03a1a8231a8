/** What a new version must pass before it serves: its answers, and whether callers can use it. */
@NullMarked
package io.mlops4j.runtime.deployment.alias.acceptance;

import org.jspecify.annotations.NullMarked;
