package io.mlops4j.bench.golden;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Set;
import java.util.stream.StreamSupport;

/** Numbers in JSON, with "nan", "inf" and "-inf" for what JSON cannot say. */
final class JsonNumbers {
  private static final Set<String> WORDS = Set.of("nan", "inf", "-inf");

  private JsonNumbers() {}

  static boolean isNumber(JsonNode node) {
    return node.isNumber() || WORDS.contains(node.asText());
  }

  static double of(JsonNode node) {
    return switch (node.asText()) {
      case "nan", "null" -> Double.NaN;
      case "inf" -> Double.POSITIVE_INFINITY;
      case "-inf" -> Double.NEGATIVE_INFINITY;
      default -> node.asDouble();
    };
  }

  static double[] doubles(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false).mapToDouble(JsonNumbers::of).toArray();
  }

  static long[] counts(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false).mapToLong(JsonNode::asLong).toArray();
  }

  static double[] doubles(long[] counts) {
    return java.util.Arrays.stream(counts).asDoubleStream().toArray();
  }
}
