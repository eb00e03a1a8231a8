/** Cards as JSON, and parts of pages. Not part of the API. */
@NullMarked
package io.mlops4j.runtime.internal.card;

import org.jspecify.annotations.NullMarked;
