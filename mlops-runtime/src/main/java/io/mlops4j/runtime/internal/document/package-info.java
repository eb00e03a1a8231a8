/** Strict JSON documents, sealed against damage. Not part of the API. */
@NullMarked
package io.mlops4j.runtime.internal.document;

import org.jspecify.annotations.NullMarked;
