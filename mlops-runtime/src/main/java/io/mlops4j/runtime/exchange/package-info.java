/**
 * Versions in forms that other systems read: archives of this library, and MLflow's folders, whose
 * YAML takes an optional library.
 */
@NullMarked
package io.mlops4j.runtime.exchange;

import org.jspecify.annotations.NullMarked;
