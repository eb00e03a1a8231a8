/**
 * Which versions of a model there are, and which one an alias names: versions never change, aliases
 * change by appended records that form the audit log.
 */
@NullMarked
package io.mlops4j.registry;

import org.jspecify.annotations.NullMarked;
