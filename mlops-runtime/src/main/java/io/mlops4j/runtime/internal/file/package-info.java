/** Files that survive a crash, and files that no other user can change. Not part of the API. */
@NullMarked
package io.mlops4j.runtime.internal.file;

import org.jspecify.annotations.NullMarked;
