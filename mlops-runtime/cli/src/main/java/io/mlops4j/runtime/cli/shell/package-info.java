/** Shared parts of the commands: options, addresses of registries, answers, progress, failures. */
@NullMarked
package io.mlops4j.runtime.cli.shell;

import org.jspecify.annotations.NullMarked;
