/**
 * What every command shares: the options, where a registry lies, answers, progress and failures.
 */
@NullMarked
package io.mlops4j.runtime.cli.shell;

import org.jspecify.annotations.NullMarked;
