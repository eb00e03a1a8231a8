/**
 * Stores of model versions: {@link io.mlops4j.runtime.registry.FileModelRegistry} in a folder that
 * many processes share, {@link io.mlops4j.runtime.registry.JdbcModelRegistry} in a database.
 */
@NullMarked
package io.mlops4j.runtime.registry;

import org.jspecify.annotations.NullMarked;
