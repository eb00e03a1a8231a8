/** The storage of a registry in a folder. Not part of the API. */
@NullMarked
package io.mlops4j.runtime.registry.folder;

import org.jspecify.annotations.NullMarked;
