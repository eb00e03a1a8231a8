/** The parts of a registry that do not depend on its storage. Not part of the API. */
@NullMarked
package io.mlops4j.runtime.registry.store;

import org.jspecify.annotations.NullMarked;
