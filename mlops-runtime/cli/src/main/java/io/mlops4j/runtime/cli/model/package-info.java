/** The commands that load a model or read data: inspect, predict and drift. */
@NullMarked
package io.mlops4j.runtime.cli.model;

import org.jspecify.annotations.NullMarked;
