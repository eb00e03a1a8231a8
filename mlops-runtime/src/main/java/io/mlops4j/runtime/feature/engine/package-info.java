/**
 * What {@code mlops-data} adds: files that are not Arrow, SQL, and scoring files.
 *
 * <p>Internal to mlops4j.
 */
@NullMarked
package io.mlops4j.runtime.feature.engine;

import org.jspecify.annotations.NullMarked;
