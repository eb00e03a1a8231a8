/**
 * What is the same in every registry, wherever its documents and files lie. Not part of the API.
 */
@NullMarked
package io.mlops4j.runtime.registry.store;

import org.jspecify.annotations.NullMarked;
