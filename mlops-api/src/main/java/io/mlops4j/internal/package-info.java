/**
 * What the modules share and applications do not need. Not part of the API: it may change in any
 * release.
 */
@NullMarked
package io.mlops4j.internal;

import org.jspecify.annotations.NullMarked;
