/**
 * Files that processes of one user reuse: prepared models, digests of model files, native
 * libraries.
 */
@NullMarked
package io.mlops4j.runtime.internal.cache;

import org.jspecify.annotations.NullMarked;
