/** The Open Inference Protocol, version 2, independent of the transport. */
@NullMarked
package io.mlops4j.samples.service.inference;

import org.jspecify.annotations.NullMarked;
