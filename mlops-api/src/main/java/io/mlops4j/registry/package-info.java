/**
 * Registries of models: immutable versions, and aliases that point to them. Each change of an alias
 * appends a record, so its records are the audit log.
 */
@NullMarked
package io.mlops4j.registry;

import org.jspecify.annotations.NullMarked;
