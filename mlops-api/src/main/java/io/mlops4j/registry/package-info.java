/**
 * Registries of models: immutable versions, and aliases that point to them. An alias changes by an
 * appended record, so that its records are the audit log.
 */
@NullMarked
package io.mlops4j.registry;

import org.jspecify.annotations.NullMarked;
