package io.mlops4j.bench.golden;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/** A block of expected values and what the library answers to its inputs. */
record GoldenCase(String name, JsonNode expected, Answers answers) {

  Stream<GoldenLine> compare() {
    return compare("", expected);
  }

  private Stream<GoldenLine> compare(String path, JsonNode node) {
    if (node.isObject() && !node.has("error")) {
      return node.properties().stream()
          .flatMap(
              e -> compare(path.isEmpty() ? e.getKey() : path + "." + e.getKey(), e.getValue()));
    }
    if (isRemark(node)) {
      return Stream.empty();
    }
    Supplier<double[]> answer = answers.get(path);
    return answer == null ? Stream.of(absent(path, node)) : answered(path, node, answer);
  }

  private static boolean isRemark(JsonNode node) {
    return node.isTextual() && !JsonNumbers.isNumber(node) && !node.asText().contains("undefined");
  }

  private GoldenLine absent(String path, JsonNode node) {
    return new GoldenLine(
        name,
        path,
        "-",
        node.isArray() ? "[" + node.size() + "]" : text(node),
        GoldenOutcome.ABSENT);
  }

  private Stream<GoldenLine> answered(String path, JsonNode node, Supplier<double[]> answer) {
    double @Nullable [] got = orRefused(answer);
    return node.isArray()
        ? array(path, node, got)
        : Stream.of(line(path, node, got == null ? null : got[0]));
  }

  /**
   * The library refuses what has no meaning; that is an answer where the expected value is
   * undefined too.
   */
  private static double @Nullable [] orRefused(Supplier<double[]> answer) {
    try {
      return answer.get();
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  private Stream<GoldenLine> array(String path, JsonNode node, double @Nullable [] got) {
    List<JsonNode> expected = leaves(node).toList();
    if (got == null || got.length != expected.size()) {
      String found = got == null ? "refused" : "[" + got.length + "]";
      return Stream.of(
          new GoldenLine(name, path, found, "[" + expected.size() + "]", GoldenOutcome.OFF));
    }
    return IntStream.range(0, got.length)
        .mapToObj(i -> line(path + "[" + i + "]", expected.get(i), got[i]));
  }

  /** A table is compared row by row. */
  private static Stream<JsonNode> leaves(JsonNode node) {
    return node.isArray()
        ? StreamSupport.stream(node.spliterator(), false).flatMap(GoldenCase::leaves)
        : Stream.of(node);
  }

  private GoldenLine line(String path, JsonNode node, @Nullable Double got) {
    String found = got == null ? "refused" : got.isNaN() ? "undefined" : got.toString();
    return new GoldenLine(name, path, found, text(node), outcome(path, node, got));
  }

  private static GoldenOutcome outcome(String path, JsonNode node, @Nullable Double got) {
    if (!node.isNumber()) {
      return GoldenOutcome.OURS;
    }
    return got != null && agrees(path, got, node.asDouble()) ? GoldenOutcome.OK : GoldenOutcome.OFF;
  }

  private static boolean agrees(String path, double got, double expected) {
    double tolerance = path.endsWith("pvalue") ? 1e-6 : 1e-9;
    return Math.abs(got - expected) <= Math.max(tolerance * Math.abs(expected), 1e-12);
  }

  private static String text(JsonNode node) {
    return node.has("error") ? "error" : node.asText();
  }
}
