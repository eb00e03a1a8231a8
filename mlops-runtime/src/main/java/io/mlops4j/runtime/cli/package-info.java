/**
 * A command line over the registry's public interfaces. The only package that sees Picocli, which
 * is optional.
 */
@NullMarked
package io.mlops4j.runtime.cli;

import org.jspecify.annotations.NullMarked;
