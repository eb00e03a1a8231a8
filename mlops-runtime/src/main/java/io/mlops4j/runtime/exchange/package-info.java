/**
 * Import and export of versions: archives of this library, and MLflow's folders, which need an
 * optional library for YAML.
 */
@NullMarked
package io.mlops4j.runtime.exchange;

import org.jspecify.annotations.NullMarked;
