/** The commands that read and change a registry. */
@NullMarked
package io.mlops4j.runtime.cli.registry;

import org.jspecify.annotations.NullMarked;
