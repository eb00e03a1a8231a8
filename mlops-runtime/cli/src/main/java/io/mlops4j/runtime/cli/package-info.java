/**
 * The command line. It calls the public interfaces, and a few helpers inside the runtime. This
 * package and those below it are the only ones that see Picocli.
 */
@NullMarked
package io.mlops4j.runtime.cli;

import org.jspecify.annotations.NullMarked;
