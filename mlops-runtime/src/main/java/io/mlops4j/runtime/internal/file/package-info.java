/** Files that survive a crash. Not part of the API. */
@NullMarked
package io.mlops4j.runtime.internal.file;

import org.jspecify.annotations.NullMarked;
