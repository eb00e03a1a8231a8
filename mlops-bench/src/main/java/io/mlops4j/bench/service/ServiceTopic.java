package io.mlops4j.bench.service;

import io.mlops4j.bench.ratios.Comparison;
import io.mlops4j.bench.ratios.Topic;
import java.util.List;

/**
 * The service of {@code samples/service} against servers of the same kind. Each server is a process
 * of its own. Build the sample first: {@code mvn -q -pl samples/service -am package -DskipTests};
 * {@code SERVICE_SAMPLE} names its {@code target} if this runs elsewhere.
 */
public final class ServiceTopic implements Topic {
  private static final String CONSTANT =
      "the same server on Javalin 7.2.3, with the same limits and meters, that receives the same"
          + " body and answers a constant of the same size";

  @Override
  public List<Comparison> comparisons() {
    return List.of(
        new Comparison(
            "service.aa",
            "the constant twice: this much is noise",
            "itself",
            Double.NaN,
            Double.NaN,
            Comparison.Shows.THROUGHPUT,
            () -> ServiceLoad.constant(Requests.RECORD),
            () -> ServiceLoad.constant(Requests.RECORD)),
        throughput(
            "service.rest.record",
            "calls of POST /predict with one JSON record over 16 connections",
            CONSTANT,
            0.7,
            Requests.RECORD),
        throughput(
            "service.rest.tensor",
            "calls of the Open Inference Protocol with five tensors of one row in JSON over 16"
                + " connections",
            CONSTANT,
            0.7,
            Requests.TENSOR),
        new Comparison(
            "service.rest.handwritten",
            "calls of POST /predict with one JSON record over 16 connections",
            "a service written by hand on Javalin 7.2.3, Jackson and ONNX Runtime Java 1.29.0 with"
                + " reused tensors, without versions, batching, monitoring and limits",
            0.95,
            Double.NaN,
            Comparison.Shows.THROUGHPUT,
            () -> ServiceLoad.service(Requests.RECORD),
            () -> ServiceLoad.handwritten(Requests.RECORD)));
  }

  private static Comparison throughput(
      String name, String work, String peer, double goal, byte[] request) {
    return new Comparison(
        name,
        work,
        peer,
        goal,
        Double.NaN,
        Comparison.Shows.THROUGHPUT,
        () -> ServiceLoad.service(request),
        () -> ServiceLoad.constant(request));
  }
}
