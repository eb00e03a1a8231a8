/** The registry in a folder against what the disk and a digest cost anyway. */
@NullMarked
package io.mlops4j.bench.registry;

import org.jspecify.annotations.NullMarked;
