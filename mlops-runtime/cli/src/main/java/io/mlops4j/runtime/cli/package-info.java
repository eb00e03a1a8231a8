/**
 * The command line, which calls the library's public interfaces. This package and those below it
 * are the only ones that see Picocli.
 */
@NullMarked
package io.mlops4j.runtime.cli;

import org.jspecify.annotations.NullMarked;
