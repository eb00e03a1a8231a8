/** A prediction service for one model, over HTTP and gRPC. */
@NullMarked
package io.mlops4j.samples.service;

import org.jspecify.annotations.NullMarked;
