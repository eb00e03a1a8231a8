package io.mlops4j.bench.service;

import java.nio.charset.StandardCharsets;

/** Whole HTTP requests, which clients send again and again. */
final class Requests {
  static final byte[] RECORD =
      request(
          "/predict",
          "{\"distance\":106,\"hour\":0,\"weekday\":1,\"origin\":\"JFK\",\"destination\":\"BDL\"}");

  static final byte[] TENSOR =
      request(
          "/v2/models/flight-delay/infer",
          "{\"inputs\":["
              + "{\"name\":\"distance\",\"shape\":[1],\"datatype\":\"FP32\",\"data\":[106]},"
              + "{\"name\":\"hour\",\"shape\":[1],\"datatype\":\"INT64\",\"data\":[0]},"
              + "{\"name\":\"weekday\",\"shape\":[1],\"datatype\":\"INT64\",\"data\":[1]},"
              + "{\"name\":\"origin\",\"shape\":[1],\"datatype\":\"BYTES\",\"data\":[\"JFK\"]},"
              + "{\"name\":\"destination\",\"shape\":[1],\"datatype\":\"BYTES\",\"data\":[\"BDL\"]}"
              + "]}");

  private Requests() {}

  private static byte[] request(String path, String body) {
    String request =
        "POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
            .formatted(path, body.length(), body);
    return request.getBytes(StandardCharsets.US_ASCII);
  }
}
