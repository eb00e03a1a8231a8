/** The Open Inference Protocol over gRPC. */
@NullMarked
package io.mlops4j.samples.service.grpc;

import org.jspecify.annotations.NullMarked;
